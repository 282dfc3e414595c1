import { describe, expect, it } from 'vitest';
import {
  isCategoryName,
  isDistfileName,
  isEclassName,
  isKeyword,
  isPackageName,
  isRepositoryName,
  isSlotName,
  isUseFlagName,
} from './names.ts';
import {
  comparePackageIds,
  ebuildFileName,
  formatPackageId,
  packageNameOf,
  parseEbuildFileName,
  parseNamedVersion,
  parsePackageId,
} from './package-id.ts';

describe('names', () => {
  it.each([
    [isCategoryName, ['app-misc', 'virtual', '_x', 'dev.c++'], ['-x', '.x', '+x', 'a/b', '', 'a b']],
    [
      isPackageName,
      ['foo', 'foo-bar', 'gtk+', 'foo-1a-b', 'foo-r1', '9base'],
      ['foo-1', 'foo-1-r1', '-foo', '+foo', 'a.b'],
    ],
    [isSlotName, ['0', '1.2', 'stable+x'], ['-1', '.1', '+1', 'a/b']],
    [isUseFlagName, ['ssl', 'python_targets_python3_12', 'l10n_de@x', '3d'], ['-ssl', '_x', '']],
    [isRepositoryName, ['gentoo', 'core-kit'], ['foo-1', '-x', 'a.b']],
    [isEclassName, ['go-module', '_x.y'], ['default', '9p']],
    [isKeyword, ['amd64', '~amd64', '-*', '*', '~*', '-x86'], ['~', '~-x', '']],
    [isDistfileName, ['foo-1.tar.xz', '%2Fx'], ['a b', '../x', 'a/b', '.', '..', '-x', 'é'.repeat(128), '']],
  ])('%o keeps to its rule', (rule, good, bad) => {
    expect(good.filter((name) => !rule(name))).toEqual([]);
    expect(bad.filter((name) => rule(name))).toEqual([]);
  });
});

describe('package ids', () => {
  it('are taken apart in the one way that there is', () => {
    const text = 'dev-libs/foo-bar-1.0_rc1-r2';
    const id = parsePackageId(text);
    expect(id).toMatchObject({
      category: 'dev-libs',
      name: 'foo-bar',
      version: { components: ['1', '0'], revision: '2' },
    });
    expect(id && formatPackageId(id)).toBe(text);
    expect(packageNameOf(text)).toBe('dev-libs/foo-bar');
  });
  it.each(['foo-1', 'a/foo', 'a/foo-1-2', 'a/b/foo-1', '/foo-1', 'a/-1'])("'%s' is none", (text) => {
    expect(parsePackageId(text)).toBeUndefined();
    expect(packageNameOf(text)).toBeUndefined();
  });
  it('sort with the newest version last', () => {
    const ids = ['b/a-1', 'a/a-1.10', 'a/a-1.9', 'a/a-b-1'].map(
      (text) => parsePackageId(text) ?? expect.fail(text),
    );
    expect(ids.sort(comparePackageIds).map(formatPackageId)).toEqual([
      'a/a-1.9',
      'a/a-1.10',
      'a/a-b-1',
      'b/a-1',
    ]);
  });
});

describe('names of ebuilds', () => {
  it.each([
    ['32', '1.0', 2, 'foo-1.0-r2.ebuild'],
    ['32', '1.0', { '1.0': 2 }, 'foo-1.0-r2.ebuild'],
    ['32', '1.0', '0', 'foo-1.0.ebuild'],
    ['32', '1.0', { '2.0': 1 }, 'foo-1.0.ebuild'],
    ['a version with a revision', '1.0-r3', 0, 'foo-1.0-r3.ebuild'],
    ['nothing said', '1.0', undefined, 'foo-1.0.ebuild'],
  ] as const)('%s: version %s and revision %o', (_, version, revision, expected) => {
    const name = ebuildFileName({ category: 'app-misc', name: 'foo', version, revision });
    expect(name).toBe(expected);
    expect(parseEbuildFileName(name)?.name).toBe('foo');
  });
  it.each([
    ['PMS001', { version: 'latest' }],
    ['PMS001', { version: '1.2.' }],
    ['PMS001', { version: '1.2.3-rc1' }],
    ['PMS002', { name: 'foo-1' }],
    ['PMS002', { category: '' }],
    ['PMS002', { revision: 'x' }],
    ['PMS002', { revision: -1 }],
    ['PMS002', { revision: { '1.0': 'one' } }],
    ['PMS002', { version: '1.0-r1', revision: 2 }],
  ] as const)('%s for %o', (code, wrong) => {
    const right = { category: 'app-misc', name: 'foo', version: '1.0' };
    expect(() => ebuildFileName({ ...right, ...wrong })).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code }) }),
    );
  });
  it('are no others', () => {
    expect(parseEbuildFileName('foo-1.0.tmpl')).toBeUndefined();
    expect(parseNamedVersion('foo')).toBeUndefined();
  });
});
