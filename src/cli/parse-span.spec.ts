import { expect, it } from 'vitest';
import { parseSpan } from './parse-span.ts';

it.each([
  ['0', 0],
  ['0s', 0],
  ['90s', 90_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
])('reads %s as milliseconds', (text, ms) => {
  expect(parseSpan(text)).toBe(ms);
});

it.each(['', '10', '00', 's', '1.5h', '-1s', '1d', '1 s', '1000000s', '1s '])('refuses %o', (text) => {
  expect(() => parseSpan(text)).toThrow("'90s', '10m' or '2h'");
});
