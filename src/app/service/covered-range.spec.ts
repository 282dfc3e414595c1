import fc from 'fast-check';
import { expect, it } from 'vitest';
import { coveredTo } from './covered-range.ts';

/** Newest first, from words like `a-b`. */
const accepted = (...ranges: string[]) =>
  ranges.reverse().map((range) => {
    const [since = '', upTo = ''] = range.split('-');
    return { since, upTo };
  });

it('takes a range that goes on where the last one ended, or where nobody asked before', () => {
  expect(coveredTo([], 'a', undefined)).toBeUndefined();
  expect(coveredTo(accepted('a-b'), 'b', undefined)).toBeUndefined();
  // the tag went on over commits that changed no package
  expect(coveredTo(accepted('a-b'), 'c', undefined)).toBeUndefined();
});

it('knows a range whose beginning was accepted, also after several that nobody wrote down', () => {
  expect(coveredTo(accepted('a-b'), 'a', undefined)).toBe('b');
  expect(coveredTo(accepted('a-b', 'b-c', 'c-d'), 'a', undefined)).toBe('d');
  expect(coveredTo(accepted('a-b', 'b-c', 'c-d'), 'b', undefined)).toBe('d');
  expect(coveredTo(accepted('a-b', 'x-y'), 'a', undefined)).toBeUndefined();
});

it('takes what begins anew after commits were taken back', () => {
  expect(coveredTo(accepted('a-b', 'b-a'), 'a', undefined)).toBeUndefined();
});

it('takes a range once more when the one who asks knows of the other', () => {
  expect(coveredTo(accepted('a-b'), 'a', 'b')).toBeUndefined();
  expect(coveredTo(accepted('a-b', 'a-c'), 'a', 'b')).toBe('c');
});

it('ends on any history', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const range = fc.record({ since: name, upTo: name });
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), name, (history, since) => {
      const found = coveredTo(history, since, undefined);
      expect([undefined, history[0]?.upTo]).toContain(found);
    }),
  );
});
