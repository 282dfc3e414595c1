import { describe, expect, it } from 'vitest';
import { dayAround, generationsOfDay } from './generations-of-day.ts';

const at = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime();
const now = at(27, 15);
const kept = [
  { number: 9, createdMs: at(27, 8) },
  { number: 8, createdMs: at(26, 20) },
  { number: 7, createdMs: at(26, 3) },
  { number: 5, createdMs: at(24, 12) },
];

describe('what a day changed', () => {
  it('lies between what was visible when the day began and when it was over', () => {
    expect(generationsOfDay(kept, dayAround(0, now))).toEqual({ from: 8, to: 9 });
    expect(generationsOfDay(kept, dayAround(1, now))).toEqual({ from: 5, to: 8 });
  });

  it('begins with the oldest generation that is kept where those before are gone', () => {
    expect(generationsOfDay(kept.slice(0, 3), dayAround(1, now))).toEqual({ from: 7, to: 8 });
  });

  it('is nothing on a day without a new generation, or where nothing older is kept', () => {
    expect(generationsOfDay(kept.slice(1), dayAround(0, now))).toBeUndefined();
    expect(generationsOfDay([{ number: 1, createdMs: at(26, 3) }], dayAround(1, now))).toBeUndefined();
    expect(generationsOfDay([], dayAround(0, now))).toBeUndefined();
  });
});
