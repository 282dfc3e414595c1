import { textLength, typeName } from './dict.ts';
import { floatDigits, grouped } from './number-format.ts';
import { asInteger } from './numbers.ts';
import { textOf } from './print.ts';
import { tooMuch, wrongUse } from './trouble.ts';
import { PyFloat, type Value } from './values.ts';

/** A format specification as Python's "Format Specification Mini-Language" defines it. */
interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly isAlternate: boolean;
  readonly isZeroPadded: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly letter: string;
}

const syntax = /^(?:(.)?([<>=^]))?([-+ ]?)(#?)(0?)(\d*)([,_]?)(?:\.(\d+))?([a-zA-Z%]?)$/su;

function parseSpec(text: string): Spec {
  const found = syntax.exec(text);
  if (!found) return wrongUse(`'${text}' is not a format specification`);
  const [, fill, align = '', sign = '', alternate, zero, width = '', grouping = '', precision, letter = ''] =
    found;
  return {
    fill: fill ?? (zero ? '0' : ' '),
    align,
    sign,
    isAlternate: alternate === '#',
    isZeroPadded: zero === '0',
    width: limitedWidth(Number(width)),
    grouping,
    precision: precision === undefined ? undefined : Number(precision),
    letter,
  };
}

const limitedWidth = (width: number): number =>
  width > 1_000_000 ? tooMuch('the width of a format is too large') : width;

/** Which letters go with digits in groups. */
function checkGrouping({ grouping, letter }: Spec): void {
  const fits = grouping === ',' ? /^[deEfFgG%]?$/ : /^[bdoxXeEfFgG%]?$/;
  if (grouping && !fits.test(letter)) wrongUse(`'${grouping}' does not go with the format '${letter}'`);
}

/** What `format(value, spec)` gives. @throws TPL004 when the specification does not fit the value */
export function formatValue(value: Value, specText: string): string {
  if (specText === '') return textOf(value);
  const spec = parseSpec(specText);
  checkGrouping(spec);
  if (typeof value === 'string') return formatText(value, spec);
  const integer = asInteger(value);
  if (integer !== undefined) {
    if (/[eEfFgG%]/.test(spec.letter)) return formatFloat(Number(integer), spec);
    return formatInteger(BigInt(integer), spec);
  }
  if (value instanceof PyFloat) return formatFloat(value.value, spec);
  return wrongUse(`a ${typeName(value)} takes no format specification`);
}

function formatText(text: string, spec: Spec): string {
  if (!['', 's'].includes(spec.letter)) return wrongUse(`the format '${spec.letter}' is not one for texts`);
  if (spec.sign || spec.isAlternate || spec.grouping || spec.align === '=')
    return wrongUse('a text is formatted like a number');
  const shown = spec.precision === undefined ? text : [...text].slice(0, spec.precision).join('');
  return padded({ sign: '', body: shown }, spec, '<');
}

/** Fills up to the width; `=` (and a leading zero) puts the filling between sign and digits. */
function padded(parts: { sign: string; body: string }, spec: Spec, usual: string): string {
  const { sign, body } = parts;
  const missing = Math.max(0, spec.width - textLength(sign + body));
  const align = spec.align || (spec.isZeroPadded && usual === '>' ? '=' : usual);
  if (align === '=') return sign + spec.fill.repeat(missing) + body;
  const left = align === '<' ? 0 : align === '>' ? missing : Math.floor(missing / 2);
  return spec.fill.repeat(left) + sign + body + spec.fill.repeat(missing - left);
}

const signOf = (isNegative: boolean, spec: Spec): string =>
  isNegative ? '-' : spec.sign === '+' || spec.sign === ' ' ? spec.sign : '';

/** Zeros that fill a width are grouped with the digits. */
function groupedToWidth(digits: string, sign: string, spec: Spec, size: number): string {
  if (!spec.grouping) return digits;
  let filled = digits;
  const isFilled = spec.fill === '0' && (spec.align === '=' || (spec.isZeroPadded && !spec.align));
  while (isFilled && sign.length + grouped(filled, spec.grouping, size).length < spec.width)
    filled = `0${filled}`;
  return grouped(filled, spec.grouping, size);
}

const bases: Readonly<Record<string, { base: number; prefix: string }>> = {
  b: { base: 2, prefix: '0b' },
  o: { base: 8, prefix: '0o' },
  x: { base: 16, prefix: '0x' },
  X: { base: 16, prefix: '0X' },
};

function characterOf(value: bigint): string {
  const isOne = value >= 0n && value <= 0x10ffffn;
  return isOne ? String.fromCodePoint(Number(value)) : wrongUse(`there is no character ${value}`);
}

function formatInteger(value: bigint, spec: Spec): string {
  if (spec.precision !== undefined) return wrongUse('an integer takes no precision');
  if (spec.letter === 'c' && (spec.sign || spec.isAlternate)) {
    return wrongUse('a character is formatted like a number');
  }
  if (spec.letter === 'c') return padded({ sign: '', body: characterOf(value) }, spec, '>');
  const base = bases[spec.letter];
  if (!base && !['', 'd', 'n'].includes(spec.letter)) {
    return wrongUse(`the format '${spec.letter}' is not one for integers`);
  }
  const isNegative = value < 0n;
  const plain = (isNegative ? -value : value).toString(base?.base ?? 10);
  const digits = spec.letter === 'X' ? plain.toUpperCase() : plain;
  const sign = signOf(isNegative, spec) + (spec.isAlternate && base ? base.prefix : '');
  return padded({ sign, body: groupedToWidth(digits, sign, spec, base ? 4 : 3) }, spec, '>');
}

function formatFloat(value: number, spec: Spec): string {
  const letter = spec.letter === 'n' ? 'g' : spec.letter;
  if (!/^[eEfFgG%]?$/.test(letter)) return wrongUse(`the format '${letter}' is not one for floats`);
  const isPercent = letter === '%';
  const size = Math.abs(isPercent ? value * 100 : value);
  const look = {
    letter: isPercent ? 'f' : letter.toLowerCase(),
    precision: spec.precision,
    isAlternate: spec.isAlternate,
  };
  const plain = floatDigits(size, look);
  const digits = (/[EFG]/.test(letter) ? plain.toUpperCase() : plain) + (isPercent ? '%' : '');
  const sign = signOf(value < 0 || Object.is(value, -0), spec);
  return padded({ sign, body: groupedToWidth(digits, sign, spec, 3) }, spec, '>');
}
