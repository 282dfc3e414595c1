import { describe, expect, it } from 'vitest';
import { formatPackageFileName, isValidPkgname, parsePackageFileName } from './package-name.ts';

describe('parsePackageFileName', () => {
  it.each([
    ['foo-1.0-1-any.pkg.tar', 'foo', '1.0-1', 'any', '.pkg.tar'],
    ['foo-bar-2-1:2.0-3.1-x86_64.pkg.tar.zst', 'foo-bar-2', '1:2.0-3.1', 'x86_64', '.pkg.tar.zst'],
    ['lib32-a+b-r12.abc-1-x86_64.pkg.tar.xz', 'lib32-a+b', 'r12.abc-1', 'x86_64', '.pkg.tar.xz'],
  ])("reads '%s' and can print it", (fileName, name, version, arch, extension) => {
    expect(parsePackageFileName(fileName)).toEqual({ name, version, arch, extension });
    expect(formatPackageFileName({ name, version, arch, extension })).toBe(fileName);
  });

  it.each([
    'foo',
    'foo-1.0-1.pkg.tar.zst',
    'a/foo-1.0-1-any.pkg.tar',
    'foo-1-1-any.pkg.tar.zst.sig',
    'foo-1-1-any.tar',
  ])("refuses '%s'", (fileName) => expect(parsePackageFileName(fileName)).toBeUndefined());
});

describe('isValidPkgname', () => {
  it.each(['foo', '7zip', '@scope', '_x', '+x', 'a.b-c+d_e@f', 'a'.repeat(255)])("accepts '%s'", (name) => {
    expect(isValidPkgname(name)).toBe(true);
  });
  it.each(['', '-foo', '.foo', 'Foo', 'a b', 'a/b', 'é', 'foo\n', 'a'.repeat(256)])(
    "refuses '%s'",
    (name) => {
      expect(isValidPkgname(name)).toBe(false);
    },
  );
});
