import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkOf, splitEvenly } from './compose.ts';

describe('chunks of a database', () => {
  it('find the last chunk that does not begin behind a name', () => {
    const firsts = ['bar', 'foo', 'zlib'];
    expect(['a', 'bar', 'baz', 'foo', 'foo-doc', 'zlib', 'zsh'].map((name) => chunkOf(firsts, name))).toEqual(
      [0, 0, 0, 1, 1, 2, 2],
    );
  });

  it('split any number of entries evenly, in order and without loss', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (count) => {
        const items = Array.from({ length: count }, (_, index) => index);
        const pieces = splitEvenly(items);
        expect(pieces.flat()).toEqual(items);
        for (const piece of pieces) {
          expect(piece.length).toBeGreaterThan(0);
          expect(piece.length).toBeLessThanOrEqual(96);
        }
      }),
    );
  });
});
