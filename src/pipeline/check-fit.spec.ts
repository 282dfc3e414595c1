import { describe, expect, it } from 'vitest';
import { isFault } from '../diagnostics/index.ts';
import type { FileTree } from '../host/index.ts';
import { checkFit } from './check-fit.ts';

const tree = (files: Readonly<Record<string, string>>): FileTree =>
  new Map(
    Object.entries(files).map(([path, text]) => [
      path,
      { bytes: Buffer.from(text), mode: '100644' as const },
    ]),
  );
const srcinfo = (base: string, lines: readonly string[]) =>
  `pkgbase = ${base}\n${['arch = any', ...lines].map((line) => `\t${line}\n`).join('')}\npkgname = ${base}\n`;

function codeOf(pkgbuild: string, lines: readonly string[], names: { base?: string; before?: string } = {}) {
  const { base = 'foo', before = 'foo' } = names;
  const old = tree({ '.SRCINFO': srcinfo(before, ['pkgver = 1', 'pkgrel = 1']) });
  try {
    checkFit('foo', old, tree({ PKGBUILD: pkgbuild, '.SRCINFO': srcinfo(base, lines) }));
    return undefined;
  } catch (error) {
    if (isFault(error)) return error.problem.code;
    throw error;
  }
}

describe('a recipe fits its .SRCINFO', () => {
  const lines = ['pkgver = 1.2', 'pkgrel = 3', 'epoch = 1'];

  it('when the version is the same, or is computed', () => {
    expect(codeOf('pkgver=1.2\npkgrel=3\nepoch=1\n', lines)).toBeUndefined();
    expect(codeOf('_v=1.2\npkgver=$_v\npkgrel="3"\nepoch=1\n', lines)).toBeUndefined();
    expect(codeOf('pkgver=9\npkgver=1.2\npkgrel=3\nepoch=1\n', lines)).toBeUndefined();
    expect(codeOf('pkgver=1\npkgrel=1\nepoch=0\n', ['pkgver = 1', 'pkgrel = 1'])).toBeUndefined();
    expect(codeOf('pkgver=1.2\npkgver() {\n  local pkgver=7\n}\n', lines)).toBeUndefined();
  });
  it.each([
    'pkgver=1.3\npkgrel=3\nepoch=1\n',
    'pkgver=1.2\npkgrel=4\nepoch=1\n',
    'pkgver=1.2\npkgrel=3\nepoch=2\n',
  ])('but not when a part of it differs: %j', (text) => expect(codeOf(text, lines)).toBe('CIS014'));
  it('unless it has another name than before', () => {
    expect(codeOf('', lines, { base: 'bar' })).toBe('CIS016');
    expect(codeOf('', lines, { base: 'bar', before: 'bar' })).toBeUndefined();
    expect(codeOf('', lines, { base: 'foo', before: 'bar' })).toBeUndefined();
  });
  it('and not when it cannot be read', () => {
    expect(() => checkFit('foo', tree({}), tree({ '.SRCINFO': '<html>' }))).toThrow(/CIS004|cannot be read/);
    expect(() => checkFit('foo', tree({}), tree({ PKGBUILD: 'pkgver=1' }))).not.toThrow();
  });
});
