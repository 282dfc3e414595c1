import { bind } from './bind.ts';
import { roundInteger, roundTo } from './decimal-digits.ts';
import { isTrue, typeName } from './dict.ts';
import type { Filter, FilterTable } from './filter-kit.ts';
import { floatDigits } from './number-format.ts';
import { readFloat, readInteger } from './number-text.ts';
import { asInteger, asNumber, integerOf } from './numbers.ts';
import { textOf } from './print.ts';
import { wrongUse } from './trouble.ts';
import { PyFloat, Undefined } from './values.ts';

const absolute: Filter = (value, given) => {
  bind('abs', given, []);
  if (value instanceof Undefined) return value.fail();
  if (value instanceof PyFloat) return new PyFloat(Math.abs(value.value));
  const integer = asInteger(value);
  if (integer === undefined) return wrongUse(`'abs' expects a number, not a ${typeName(value)}`);
  return integer < 0 ? -integer : integer;
};

const toInteger: Filter = (value, given) => {
  const bound = bind('int', given, ['default', 'base']);
  if (value instanceof Undefined) return value.fail();
  const missing = bound.value('default') ?? 0;
  if (typeof value !== 'string') {
    const number = value instanceof PyFloat ? value.value : undefined;
    if (number !== undefined) return Number.isFinite(number) ? integerOf(Math.trunc(number)) : missing;
    return asInteger(value) ?? missing;
  }
  const integer = readInteger(value, bound.integer('base', 10));
  if (integer !== undefined) return integer;
  const float = readFloat(value);
  return float === undefined || !Number.isFinite(float) ? missing : integerOf(Math.trunc(float));
};

const toFloat: Filter = (value, given) => {
  const missing = bind('float', given, ['default']).value('default') ?? new PyFloat(0);
  if (value instanceof Undefined) return value.fail();
  const number = typeof value === 'string' ? readFloat(value) : asNumber(value);
  return number === undefined ? missing : new PyFloat(number);
};

const round: Filter = (value, given) => {
  const bound = bind('round', given, ['precision', 'method']);
  const precision = bound.integer('precision', 0);
  const method = bound.text('method', 'common');
  if (!['common', 'ceil', 'floor'].includes(method)) {
    return wrongUse(`'${method}' is not a way to round; there are common, ceil and floor`);
  }
  if (value instanceof Undefined) return value.fail();
  const number = asNumber(value) ?? wrongUse(`'round' expects a number, not a ${typeName(value)}`);
  if (method !== 'common') {
    const scale = 10 ** precision;
    return new PyFloat((method === 'ceil' ? Math.ceil(number * scale) : Math.floor(number * scale)) / scale);
  }
  if (value instanceof PyFloat) return new PyFloat(roundTo(number, precision));
  const integer = asInteger(value) as number | bigint;
  return precision >= 0 ? integer : integerOf(roundInteger(BigInt(integer), -precision));
};

const units = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];

const fileSize: Filter = (value, given) => {
  const isBinary = isTrue(bind('filesizeformat', given, ['binary']).value('binary') ?? false);
  if (value instanceof Undefined) return value.fail();
  const size = typeof value === 'string' ? readFloat(value) : asNumber(value);
  if (size === undefined) return wrongUse(`'filesizeformat' expects a number, not '${textOf(value)}'`);
  const base = isBinary ? 1024 : 1000;
  if (size === 1) return '1 Byte';
  if (size < base) return `${Math.trunc(size)} Bytes`;
  let index = 0;
  while (index < units.length - 1 && size >= base ** (index + 2)) index += 1;
  const digits = floatDigits(size / base ** (index + 1), { letter: 'f', precision: 1, isAlternate: false });
  const unit = units[index] as string;
  return `${digits} ${isBinary ? `${unit.toUpperCase()}iB` : `${unit}B`}`;
};

const orElse: Filter = (value, given) => {
  const bound = bind('default', given, ['default_value', 'boolean']);
  const isMissing = value instanceof Undefined || (isTrue(bound.value('boolean') ?? false) && !isTrue(value));
  return isMissing ? (bound.value('default_value') ?? '') : value;
};

/** Filters of numbers, and the one for what is not there. */
export const numberFilters: FilterTable = [
  ['abs', absolute],
  ['d', orElse],
  ['default', orElse],
  ['filesizeformat', fileSize],
  ['float', toFloat],
  ['int', toInteger],
  ['round', round],
];
