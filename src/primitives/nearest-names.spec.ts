import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestNames, nearestWords } from './index.ts';

describe('nearest names', () => {
  const known = ['foo', 'foo-git', 'bar', 'libfoo'];

  it('finds what one slip of the finger leads to, nearest first', () => {
    expect(nearestNames('fooo', known)).toEqual(['foo']);
    expect(nearestNames('foo-gti', known)).toEqual(['foo-git']);
    expect(nearestNames('BAR', known)).toEqual(['bar']);
  });

  it('says nothing rather than something far away', () => {
    expect(nearestWords('something-else', known)).toBeUndefined();
    expect(nearestWords('fo', known)).toBe("'foo'");
    expect(nearestNames('', ['a', 'b', ...known])).toEqual([]);
  });

  it('finds a known name for itself first', () => {
    const name = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('a', 'b', 'c', '-') });
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1 }), (names) => {
        const wanted = names[0] as string;
        expect(nearestNames(wanted, names)[0]).toBe(wanted);
      }),
    );
  });
});
