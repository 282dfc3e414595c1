import * as bson from 'bson';
import { fault } from '../../diagnostics/index.ts';
import { compareBytes } from '../../primitives/index.ts';
import type { BsonValue } from './bson-value.ts';
import { isWrapper } from './wrappers.ts';

/** Deeper than any server takes, and than a value that contains itself ends. */
const mostLevels = 100;

/** Where a value stands: `key.list[2]`. */
type Place = readonly (string | number)[];

function placeText(place: Place): string {
  let text = '';
  for (const step of place) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[\w$-]+$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text === '' ? 'the value itself' : text;
}

function refuse(place: Place, words: string): never {
  throw fault('EJS001', { what: `'${placeText(place)}' is ${words}` });
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};

/** A text as Python's json module writes it: everything outside printable ASCII escaped, letters in lower case. */
function printText(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  const escaped = text.replace(
    /["\\]|[^ -~]/g,
    (unit) => escapes[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}

/** A double as Python's `repr` writes it: the shortest text that reads back the same, always marked as a double. */
export function printDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (Object.is(value, -0)) return '-0.0';
  if (value === 0) return '0.0';
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+';
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

const wrap = (name: string, text: string): string => `{"${name}": ${printText(text)}}`;

function printInteger(value: bigint): string {
  const isSmall = value >= -0x80000000n && value <= 0x7fffffffn;
  return wrap(isSmall ? '$numberInt' : '$numberLong', String(value));
}

function printNumber(value: number, place: Place): string {
  if (!Number.isInteger(value)) return wrap('$numberDouble', printDouble(value));
  const exact = BigInt(value);
  if (BigInt.asIntN(64, exact) !== exact) {
    refuse(place, 'a whole number beyond 64 bits; as a double it is written Double(…)');
  }
  return printInteger(exact);
}

function checkText(text: string, place: Place): string {
  if (!text.isWellFormed()) refuse(place, 'a text with half a character in it (a lone surrogate)');
  return printText(text);
}

/** Flags of JavaScript that mean the same as an option of BSON. */
function printRegExp(value: RegExp, place: Place): string {
  const odd = [...value.flags].find((flag) => !'imsu'.includes(flag));
  if (odd !== undefined)
    refuse(place, `a regular expression with the flag '${odd}', which BSON does not have`);
  return printExpression(value.source, value.flags, place);
}

function printExpression(pattern: string, options: string, place: Place): string {
  const sorted = [...options].sort().join('');
  return `{"$regularExpression": {"options": ${printText(sorted)}, "pattern": ${checkText(pattern, place)}}}`;
}

function printBinary(bytes: Uint8Array, subType: number): string {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return `{"$binary": {"base64": "${base64}", "subType": "${subType.toString(16).padStart(2, '0')}"}}`;
}

function printDate(value: Date, place: Place): string {
  const ms = value.getTime();
  if (Number.isNaN(ms)) refuse(place, 'a date that is none');
  return `{"$date": {"$numberLong": "${ms}"}}`;
}

function printCode(value: bson.Code, place: Place): string {
  if (typeof value.code !== 'string') refuse(place, 'a function');
  const code = `"$code": ${checkText(value.code, place)}`;
  if (!value.scope) return `{${code}}`;
  return `{${code}, "$scope": ${print(value.scope as BsonValue, [...place, 'scope'])}}`;
}

function printReference(value: bson.DBRef, place: Place): string {
  const parts = new Map<string, string>();
  for (const [name, field] of Object.entries(value.fields)) {
    parts.set(name, print(field as BsonValue, [...place, name]));
  }
  if (value.db !== undefined) parts.set('$db', checkText(value.db, place));
  parts.set('$id', print(value.oid, [...place, '$id']));
  parts.set('$ref', checkText(value.collection, place));
  return printParts(parts);
}

function printParts(parts: ReadonlyMap<string, string>): string {
  // bytes are in the order of code points; surrogates of UTF-16 sort before the letters behind them
  const names = [...parts.keys()].sort(compareBytes);
  return `{${names.map((name) => `${printText(name)}: ${parts.get(name)}`).join(', ')}}`;
}

/** Undefined for what is no class of BSON, as one of another copy of the package is. */
function printClass(value: object, place: Place): string | undefined {
  if (value instanceof Date) return printDate(value, place);
  if (value instanceof RegExp) return printRegExp(value, place);
  if (value instanceof Uint8Array) return printBinary(value, 0);
  if (value instanceof bson.Double) return wrap('$numberDouble', printDouble(value.value));
  if (value instanceof bson.Int32) return wrap('$numberInt', String(value.value));
  // a Timestamp is a Long to JavaScript
  if (value instanceof bson.Timestamp) return `{"$timestamp": {"i": ${value.i}, "t": ${value.t}}}`;
  if (value instanceof bson.Long) return wrap('$numberLong', value.toString());
  if (value instanceof bson.ObjectId) return wrap('$oid', value.toHexString());
  if (value instanceof bson.Binary) {
    // bson's UUID is a Binary with a class of its own
    if (value.constructor !== bson.Binary) refuse(place, 'a bare UUID; it is wrapped as Binary');
    return printBinary(value.value(), value.sub_type);
  }
  if (value instanceof bson.BSONRegExp) return printExpression(value.pattern, value.options, place);
  if (value instanceof bson.Decimal128) return wrap('$numberDecimal', value.toString());
  if (value instanceof bson.MinKey) return '{"$minKey": 1}';
  if (value instanceof bson.MaxKey) return '{"$maxKey": 1}';
  if (value instanceof bson.Code) return printCode(value, place);
  if (value instanceof bson.DBRef) return printReference(value, place);
  return undefined;
}

function printDocument(value: object, place: Place): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    refuse(place, `an object of the class '${value.constructor?.name ?? 'without a name'}'`);
  }
  const parts = new Map<string, string>();
  for (const [name, field] of Object.entries(value)) {
    if (name.includes('\0')) refuse([...place, name], 'a name with a zero byte');
    checkText(name, [...place, name]);
    parts.set(name, print(field as BsonValue, [...place, name]));
  }
  if (isWrapper(value)) refuse(place, 'a mapping with a name that Extended JSON keeps for itself');
  return printParts(parts);
}

function print(value: BsonValue, place: Place): string {
  if (place.length > mostLevels) refuse(place.slice(0, 4), 'too deep, or contains itself');
  switch (typeof value) {
    case 'string':
      return checkText(value, place);
    case 'boolean':
      return String(value);
    case 'number':
      return printNumber(value, place);
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value) refuse(place, 'a whole number beyond 64 bits');
      return wrap('$numberLong', String(value));
    case 'object':
      break;
    default:
      // what TypeScript knows cannot be here, JavaScript may send
      return refuse(place, `a value of the type '${typeof value}'`);
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    return `[${Array.from(value as readonly BsonValue[], (one, at) => print(one, [...place, at])).join(', ')}]`;
  }
  return printClass(value, place) ?? printDocument(value, place);
}

/**
 * Canonical Extended JSON (MongoDB, version 2), to the byte as PyMongo's `dumps` with sorted keys writes it: one line, names
 * sorted by code point at all depths, `, ` and `: ` between parts, everything outside printable ASCII escaped
 * (specification of autogens, 4.2). The value is not changed. Throws EJS001 with the place of the first value that is none.
 */
export function printExtendedJson(value: BsonValue): string {
  return print(value, []);
}
