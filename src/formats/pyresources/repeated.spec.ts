import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { array, type Codec, int, repeated, str, struct } from './codec.ts';
import { decodeMessage, encodeMessage } from './datafile.ts';
import { InternTable } from './intern-table.ts';
import { MessageReader } from './message-reader.ts';

const pair = repeated(struct('Pair', { left: int, right: str }));
/** The same bytes, and another value. */
const swapped = repeated(
  struct('Swapped', { right: int, left: str }, (of, from) => ({
    right: of.right.read(from),
    left: of.left.read(from),
  })),
);

describe('values that repeat', () => {
  it('are one value for the same bytes, and another one for another codec', () => {
    const texts = new InternTable();
    const bytes = encodeMessage(array(pair), [
      { left: 1, right: 'a' },
      { left: 2, right: 'a' },
      { left: 1, right: 'a' },
    ]);
    const [first, second, third] = decodeMessage(array(pair), bytes, { texts });
    expect([first, second]).toEqual([
      { left: 1, right: 'a' },
      { left: 2, right: 'a' },
    ]);
    expect(third).toBe(first);
    expect(decodeMessage(array(pair), bytes, { texts })[2]).toBe(first);
    expect(decodeMessage(array(swapped), bytes, { texts })[0]).toEqual({ right: 1, left: 'a' });
  });

  it('are what they are read as without a table, however many there are and in whatever order', () => {
    const value = fc.record({ left: fc.integer({ min: 0, max: 40 }), right: fc.string({ maxLength: 300 }) });
    // one table for all samples: it has to forget
    const texts = new InternTable();
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), fc.boolean(), (values, isSwapped) => {
        const bytes = encodeMessage(array(pair), values);
        const codec = array((isSwapped ? swapped : pair) as Codec<unknown>);
        const plain = decodeMessage(codec, bytes);
        if (!isSwapped) expect(plain).toEqual(values);
        expect(decodeMessage(codec, bytes, { texts })).toEqual(plain);
      }),
    );
    const many = Array.from({ length: 20_000 }, (_, left) => ({
      left,
      right: `name ${left % 5000} of many`,
    }));
    expect(decodeMessage(array(pair), encodeMessage(array(pair), [...many, ...many]), { texts })).toEqual([
      ...many,
      ...many,
    ]);
  });

  it('leave the reader behind them, and say where they are broken', () => {
    const bytes = encodeMessage(array(pair), [
      { left: 1, right: 'a' },
      { left: 1, right: 'a' },
    ]);
    const reader = new MessageReader(bytes);
    reader.arrayHead();
    pair.read(reader);
    const between = reader.at;
    pair.read(reader);
    expect([reader.at - between, reader.left]).toEqual([between - 1, 0]);
    const broken = Uint8Array.from(bytes);
    broken[between + 1] = 0xc3;
    expect(() => decodeMessage(array(pair), broken, { name: 'pairs' })).toThrow(
      "true or false stands where a number belongs at 'pairs[1].left'",
    );
    expect(() => decodeMessage(array(swapped), broken, { name: 'pairs' })).toThrow("'pairs[1].right'");
    expect(() => decodeMessage(array(pair), bytes.subarray(0, -1), { name: 'pairs' })).toThrow('MPY300');
  });

  it('a literal that names its fields in another order is a mistake that is seen at once', () => {
    expect(() =>
      struct('Pair', { left: int, right: str }, (of, from) => {
        const right = of.right.read(from);
        return { left: of.left.read(from), right };
      }),
    ).toThrow("'Pair' has 'left right', and 'right left' is read");
  });
});
