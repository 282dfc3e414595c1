import { describe, expect, it } from 'vitest';
import { drawnRows, parseSorting, sortingText, sortRows } from './table-rows.ts';

describe('rows of tables', () => {
  it('sort numbers as numbers, texts with numbers in them too, and put what has no value last', () => {
    const rows = [{ n: 10 }, { n: null }, { n: 9 }];
    expect(sortRows(rows, ({ n }) => n, false).map(({ n }) => n)).toEqual([9, 10, null]);
    expect(sortRows(rows, ({ n }) => n, true).map(({ n }) => n)).toEqual([10, 9, null]);
    expect(sortRows(['a10', 'a9', ''], (text) => text, false)).toEqual(['a9', 'a10', '']);
  });

  it('stay as they are without a column, and equal ones among themselves', () => {
    expect(sortRows([3, 1, 2], undefined, true)).toEqual([3, 1, 2]);
    expect(sortRows(['b1', 'a1', 'b2'], (text) => text[0], false)).toEqual(['a1', 'b1', 'b2']);
  });

  it('the order has a text for addresses', () => {
    expect(parseSorting(sortingText({ column: 'name', isDown: true }), ['name'])).toEqual({
      column: 'name',
      isDown: true,
    });
    expect(parseSorting('other', ['name'])).toBeUndefined();
    expect(parseSorting(null, ['name'])).toBeUndefined();
  });

  it('only those near the window are drawn', () => {
    expect(drawnRows({ top: 0, view: 300, height: 30, count: 10_000 })).toEqual({ from: 0, to: 22 });
    expect(drawnRows({ top: 3_000, view: 300, height: 30, count: 10_000 })).toEqual({ from: 88, to: 122 });
    expect(drawnRows({ top: 299_700, view: 300, height: 30, count: 10_000 }).to).toBe(10_000);
    // fewer rows than where the window stands: it was scrolled before they went
    expect(drawnRows({ top: 9_000, view: 300, height: 30, count: 5 })).toEqual({ from: 0, to: 5 });
  });
});
