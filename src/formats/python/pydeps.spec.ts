import { describe, expect, it } from 'vitest';
import { pythonDependencyLines } from './index.ts';

const usedep = '[$' + '{PYTHON_USEDEP}]';

describe('pydeps', () => {
  it.each([
    ['use:test', ['pytest', 'attrs'], `test? ( dev-python/attrs${usedep} dev-python/pytest${usedep} )`],
    ['py:2,3.7', ['enum34'], `$(python_gen_cond_dep 'dev-python/enum34${usedep}' -2 python3_7)`],
    ['py:all', ['foo >= 1.2'], `>=dev-python/foo-1.2${usedep}`],
    ['py:pypy3', ['not! x11/foo'], `$(python_gen_cond_dep '!x11/foo${usedep}' pypy3)`],
  ])('61: %s: %o', (label, atoms, expected) => {
    expect(pythonDependencyLines({ [label]: atoms }).RDEPEND).toEqual([expected]);
  });
  it('go into the variables that the label names, sorted and once', () => {
    const lines = pythonDependencyLines({
      'py:all:build,tool': ['b', 'a', 'a'],
      'py:all': ['c'],
      'use:x:post': [],
    });
    expect(lines.DEPEND).toEqual([`dev-python/a${usedep}`, `dev-python/b${usedep}`]);
    expect(lines.BDEPEND).toEqual(lines.DEPEND);
    expect(lines).toMatchObject({ RDEPEND: [`dev-python/c${usedep}`], PDEPEND: [] });
    expect(pythonDependencyLines(['z']).RDEPEND).toEqual([`dev-python/z${usedep}`]);
  });
  it.each([
    ['all', 'a'],
    ['py:', 'a'],
    ['py:four', 'a'],
    ['py:all:later', 'a'],
    ['use:_x', 'a'],
    ['py:all:build:more', 'a'],
    ['py:all', 'a >= x'],
    ['py:all', 'a b'],
  ])('PEP003 for %s: %s', (label, atom) => {
    expect(() => pythonDependencyLines({ [label]: [atom] })).toThrow(/PEP003/);
  });
});
