import { describe, expect, it } from 'vitest';
import { closer, decided, standingOf, wholeWish } from './ebin-flags.ts';

const flagOf = (flag: string) => ({ flag, byDefault: false, changes: [] });
const matrix = { flags: ['a', 'b', 'c'].map(flagOf), filter: { on: ['a'], off: [] } };

describe('flags of the USE matrix', () => {
  it('are decided one by one, in their order', () => {
    expect(decided(matrix, 'c', 'off')).toEqual(['a', '-c']);
    expect(decided(matrix, 'a', 'any')).toEqual([]);
  });

  it('make a whole combination', () => {
    expect(wholeWish(matrix, ['b'])).toEqual(['-a', 'b', '-c']);
  });

  it('come closer to one combination with each step', () => {
    expect(closer(matrix, { on: ['a'], off: ['b'], first: ['a', 'c'] })).toEqual(['a', '-b']);
    expect(closer(matrix, { on: ['a'], off: [], first: ['a', 'c'] })).toEqual(['a', '-b']);
  });

  it('stand in words when they are asked for', () => {
    expect(standingOf({ state: 'failed', reason: 'no', next: null })).toBe('its build failed: no');
  });
});
