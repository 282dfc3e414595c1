import { type Int, integerOf } from './numbers.ts';
import { stripped } from './string-parts.ts';

const prefixes: Readonly<Record<number, string>> = { 2: '0b', 8: '0o', 16: '0x' };

/** `int(text, base)`; undefined when the text is no integer of that base. Base 0 goes by the prefix. */
export function readInteger(text: string, base: number): Int | undefined {
  const word = stripped(text, 'both').toLowerCase();
  const sign = /^[+-]/.exec(word)?.[0] ?? '';
  let digits = word.slice(sign.length);
  const found = Object.entries(prefixes).find(([, prefix]) => digits.startsWith(prefix));
  let radix = base;
  if (base === 0) radix = found ? Number(found[0]) : 10;
  if (found && radix === Number(found[0])) digits = digits.slice(2).replace(/^_/, '');
  if (base === 0 && !found && /^0\d*[1-9]/.test(digits)) return undefined;
  if (radix < 2 || radix > 36 || !/^[a-z0-9](?:_?[a-z0-9])*$/.test(digits)) return undefined;
  let value = 0n;
  for (const digit of digits.replaceAll('_', '')) {
    const worth = Number.parseInt(digit, 36);
    if (worth >= radix) return undefined;
    value = value * BigInt(radix) + BigInt(worth);
  }
  return integerOf(sign === '-' ? -value : value);
}

/** `float(text)`; undefined when the text is none. */
export function readFloat(text: string): number | undefined {
  const word = stripped(text, 'both').toLowerCase();
  const special = /^([+-]?)(inf|infinity|nan)$/.exec(word);
  if (special) {
    if (special[2] === 'nan') return Number.NaN;
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const isFloat = /^[+-]?(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:e[+-]?\d(?:_?\d)*)?$/.test(word);
  return isFloat ? Number(word.replaceAll('_', '')) : undefined;
}
