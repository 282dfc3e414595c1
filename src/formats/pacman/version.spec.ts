import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, formatVersion, parseVersion } from './version.ts';

const version = fc.string({ unit: fc.constantFrom(...'0123456789ab.z-:_+~'), maxLength: 12 });

describe('compareVersions', () => {
  it.each([
    ['1.0', '1.0', 0],
    ['1.0', '1.1', -1],
    ['1:1.0', '2.0', 1],
    ['0:1.0', '1.0', 0],
    ['1.0a', '1.0', -1],
    ['1.0rc1', '1.0', -1],
    ['1.0.1', '1.0rc1', 1],
    ['1.0', '1.0-1', 0],
    ['1.0-1', '1.0-2', -1],
    ['1.0-1.1', '1.0-1', 1],
    ['1..0', '1.0', 1],
    ['1.001', '1.1', 0],
    ['99999999999999999999', '100000000000000000000', -1],
    ['1.0-', '1.0-1', -1],
    ['', '0', -1],
    ['1.é', '1.', 0],
  ] as const)("orders '%s' and '%s' as pacman does", (a, b, expected) => {
    expect(compareVersions(a, b)).toBe(expected);
    expect(compareVersions(b, a)).toBe(expected === 0 ? 0 : -expected);
  });

  it('answers the opposite when the versions change places, and 0 for the same text', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(compareVersions(a, a)).toBe(0);
        expect(compareVersions(a, b) + compareVersions(b, a)).toBe(0);
      }),
    );
  });
});

describe('parseVersion', () => {
  it('takes epoch, version and release apart', () => {
    expect(parseVersion('2:1.0-beta-3.1')).toEqual({ epoch: '2', pkgver: '1.0-beta', pkgrel: '3.1' });
    expect(parseVersion('1.0')).toEqual({ pkgver: '1.0' });
    expect(parseVersion('a:1')).toEqual({ pkgver: 'a:1' });
  });

  it('loses nothing', () => {
    fc.assert(
      fc.property(version, (text) => {
        expect(formatVersion(parseVersion(text))).toBe(text);
      }),
    );
  });
});
