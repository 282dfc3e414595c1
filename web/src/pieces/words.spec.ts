import { describe, expect, it } from 'vitest';
import {
  bytes,
  count,
  duration,
  fullTime,
  jobAddress,
  jobParts,
  packageAddress,
  recentTime,
  relativeTime,
  roughDuration,
} from './words.ts';

describe('values for people', () => {
  it('spans have two units at most, and never 60 of one', () => {
    expect(duration(740)).toBe('740 ms');
    expect(duration(59_600)).toBe('1 min');
    expect(duration(200_000)).toBe('3 min 20 s');
    expect(duration(3_599_900)).toBe('1 h');
    expect(duration(7_500_000)).toBe('2 h 5 min');
    expect(roughDuration(598_000)).toBe('9 min 58 s');
    expect(roughDuration(740_000)).toBe('12 min');
    expect(duration(3 * 86_400_000 + 4 * 3_600_000)).toBe('3 d 4 h');
  });

  it('times are told from now, in both directions', () => {
    expect(relativeTime(1_000, 30_000)).toBe('just now');
    expect(relativeTime(0, 3 * 3_600_000)).toBe('3 h ago');
    expect(relativeTime(0, 86_400_000)).toBe('1 day ago');
    expect(relativeTime(5 * 60_000, 0)).toBe('in 5 min');
  });

  it('a time of today or yesterday says so', () => {
    const now = new Date(2026, 10, 27, 9, 30).getTime();
    const at = (day: number, hour: number) => new Date(2026, 10, day, hour, 5).getTime();
    expect(recentTime(at(27, 0), now)).toBe('today 00:05');
    expect(recentTime(at(26, 23), now)).toBe('yesterday 23:05');
    expect(recentTime(at(25, 23), now)).toBe('25 Nov, 23:05');
  });

  it('the exact time tells UTC as well', () => {
    expect(fullTime(1_790_000_000_000)).toMatch(/\(2026-09-21 14:13:20 UTC\)$/);
  });

  it('bytes have binary units', () => {
    expect(bytes(512)).toBe('512 B');
    expect(bytes(1_536)).toBe('1.5 KiB');
    expect(bytes(3 * 2 ** 30)).toBe('3.0 GiB');
  });

  it('one thing is not several', () => {
    expect(count(1, 'job')).toBe('1 job');
    expect(count(1200, 'job')).toBe('1,200 jobs');
    expect(count(2, 'library', 'libraries')).toBe('2 libraries');
  });

  it('names are escaped in addresses', () => {
    expect(jobParts('packages/x86_64/gtk+')).toEqual({ target: 'packages', arch: 'x86_64', name: 'gtk+' });
    expect(jobAddress('packages/x86_64/gtk+')).toBe('/jobs/packages/x86_64/gtk%2B');
    expect(packageAddress('packages/x86_64/gtk+')).toBe('/packages/gtk%2B?target=packages&arch=x86_64');
  });
});
