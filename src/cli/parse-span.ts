import { InvalidArgumentError } from 'commander';

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a span of time: a whole number with `s`, `m` or `h` behind it; `0` is none. */
export function parseSpan(text: string): number {
  if (text === '0') return 0;
  const [, count, unit = ''] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  if (count === undefined)
    throw new InvalidArgumentError("expected a span of time such as '90s', '10m' or '2h'");
  return Number(count) * (units[unit] ?? 0);
}

/** Of commands that ask servers of others. */
export const maxWaitOption = [
  '--max-wait <span>',
  'longest pause that a server may ask for, as 90s, 10m or 2h; what wants more fails (default: 15m)',
  parseSpan,
] as const;
