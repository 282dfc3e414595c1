import { describe, expect, it } from 'vitest';
import type { PackageCheck } from '../../api/index.ts';
import { problem } from '../../diagnostics/index.ts';
import { isPaused, nextCheck } from './next-check.ts';

const hour = 3_600_000;
const look = { nowMs: 1_000, problems: [], isUpdated: false, review: undefined };
const failure = problem('CIS010', { what: 'it cannot be parsed' });

describe('what is known of a package', () => {
  it('is when it was looked at and updated, once all is well', () => {
    expect(nextCheck(undefined, look)).toEqual({ checked: 1_000 });
    const before: PackageCheck = {
      updated: 5,
      failures: 7,
      nextTry: 9,
      error: { code: 'X', what: 'x', since: 1 },
    };
    expect(nextCheck(before, look)).toEqual({ checked: 1_000, updated: 5 });
    expect(nextCheck(before, { ...look, isUpdated: true })).toEqual({ checked: 1_000, updated: 1_000 });
  });

  it('has pauses that double from the third failure on, up to a day', () => {
    const pauses: (number | undefined)[] = [];
    let check: PackageCheck | undefined;
    for (let count = 0; count < 9; count += 1) {
      check = nextCheck(check, { ...look, problems: [failure] });
      pauses.push(check.nextTry === undefined ? undefined : (check.nextTry - 1_000) / hour);
    }
    expect(pauses).toEqual([undefined, undefined, 1, 2, 4, 8, 16, 24, 24]);
    expect(isPaused(check, 1_000 + 24 * hour - 1)).toBe(true);
    expect(isPaused(check, 1_000 + 24 * hour)).toBe(false);
  });

  it('has its trouble since when it began, and begins anew with another one', () => {
    const first = nextCheck(undefined, { ...look, problems: [failure] });
    const second = nextCheck(first, { ...look, nowMs: 2_000, problems: [failure] });
    expect(second.error).toEqual({ code: 'CIS010', what: 'it cannot be parsed', since: 1_000 });
    const other = nextCheck(second, { ...look, nowMs: 3_000, problems: [problem('CIS011', { what: 'x' })] });
    expect(other.error?.since).toBe(3_000);
  });

  it('has warnings of the world without a pause, and no mere remarks', () => {
    const silent = problem('UPS041', { what: 'it does not answer' });
    const remark = problem('CIS003', { what: 'no source' });
    expect(nextCheck(undefined, { ...look, problems: [remark, silent] })).toEqual({
      checked: 1_000,
      error: { code: 'UPS041', what: 'it does not answer', since: 1_000 },
    });
    expect(nextCheck(undefined, { ...look, problems: [remark] })).toEqual({ checked: 1_000 });
  });
});
