import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareVersions,
  formatVersion,
  isVersion,
  newestVersion,
  parseVersion,
  requireVersion,
} from './version.ts';

/** Versions with the numbers that are hard: zeros in front and behind, long ones. */
const digits = fc.string({ unit: fc.constantFrom(...'0012345'), minLength: 1, maxLength: 4 });
const version = fc
  .tuple(
    fc.array(digits, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '', '', 'a', 'b'),
    fc.array(
      fc.tuple(fc.constantFrom('alpha', 'beta', 'pre', 'rc', 'p'), fc.constantFrom('', '0', '1', '01', '2')),
      { maxLength: 2 },
    ),
    fc.constantFrom('', '', '-r0', '-r1', '-r01', '-r10'),
  )
  .map(
    ([numbers, letter, suffixes, revision]) =>
      `${numbers.join('.')}${letter}${suffixes.map(([kind, number]) => `_${kind}${number}`).join('')}${revision}`,
  );

describe('compareVersions', () => {
  it.each([
    ['1.0', '1.0.0', -1],
    ['1.02', '1.1', -1],
    ['1.0_rc1', '1.0', -1],
    ['1.0', '1.0_p0', -1],
    ['1.0_alpha1', '1.0_beta1', -1],
    ['1.0', '1.0-r0', 0],
    ['1.0', '1.0-r1', -1],
    ['12.2.5', '12.2b', 1],
    ['1.0_p1', '1.0-r5', 1],
    ['1.010', '1.01', 0],
    ['01.5', '1.5', 0],
    ['1.0a', '1.0', 1],
    ['1_alpha_p', '1_alpha', 1],
    ['1_rc_alpha', '1_rc', -1],
    ['1.99999999999999999999', '1.100000000000000000000', -1],
  ] as const)("56: orders '%s' and '%s' as PMS says", (a, b, expected) => {
    expect(compareVersions(a, b)).toBe(expected);
    expect(compareVersions(b, a)).toBe(expected === 0 ? 0 : -expected);
  });

  it('is an order of all versions: turned round it is the opposite, and it is transitive', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(compareVersions(a, b) + compareVersions(b, a)).toBe(0);
        const [low = '', middle = '', high = ''] = [a, b, c].sort(compareVersions);
        expect(compareVersions(low, middle)).toBeLessThanOrEqual(0);
        expect(compareVersions(low, high)).toBeLessThanOrEqual(0);
        expect(compareVersions(middle, high)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });
});

describe('versions', () => {
  it.each(['1.2.', 'latest', '1.2.3-rc1', 'v1.0', '.1.3', '1.0ab', '', '1.0-r', '1_gamma', '1.0\n'])(
    "57: '%s' is none, and the problem says why",
    (text) => {
      expect(isVersion(text)).toBe(false);
      expect(() => requireVersion(text)).toThrow(expect.objectContaining({ name: 'ProblemError' }));
    },
  );
  it.each(['20240101', '1.2_beta', '1.0a', '9999', '1.0-r1', '1_alpha1_beta2-r3'])(
    "57: '%s' is one",
    (text) => {
      expect(isVersion(text)).toBe(true);
    },
  );
  it('tell what is wrong with a common spelling, as PMS001', () => {
    const flaw = (text: string): unknown => {
      try {
        return requireVersion(text);
      } catch (error) {
        return (error as { problem: { code: string; why: string } }).problem;
      }
    };
    expect(flaw('1.2.3-rc1')).toMatchObject({ code: 'PMS001', why: expect.stringContaining('-rc1') });
    expect(flaw('v1.0')).toMatchObject({ why: expect.stringContaining("'v'") });
    expect(flaw('1.2.')).toMatchObject({ why: expect.stringContaining('dot') });
  });
  it('lose nothing when they are taken apart', () => {
    fc.assert(
      fc.property(version, (text) => {
        const read = parseVersion(text);
        expect(read && formatVersion(read)).toBe(text);
      }),
    );
  });
  it('have a newest, the first of equals', () => {
    expect(newestVersion(['1.0', '1.10', '1.9', '1.10-r0'])).toBe('1.10');
    expect(newestVersion([])).toBeUndefined();
  });
});
