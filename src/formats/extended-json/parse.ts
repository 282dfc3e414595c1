import * as bson from 'bson';
import { fault, isFault, messageOf } from '../../diagnostics/index.ts';
import type { BsonDocument, BsonValue } from './bson-value.ts';
import { isWrapper } from './wrappers.ts';

/** A number whose text said whether it is a double. */
class Numeral {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Raw = null | boolean | string | Numeral | readonly Raw[] | { readonly [name: string]: Raw };
type RawObject = { readonly [name: string]: Raw };

function wrong(words: string): Error {
  return fault('EJS002', { what: words });
}

const isObject = (value: Raw | undefined): value is RawObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Numeral);

function text(value: Raw | undefined, name: string, shape?: RegExp): string {
  if (typeof value !== 'string' || (shape && !shape.test(value))) {
    throw wrong(`'${name}' has a value that is none`);
  }
  return value;
}

function parts(value: Raw | undefined, name: string): RawObject {
  if (!isObject(value)) throw wrong(`'${name}' has a value that is none`);
  return value;
}

const integerShape = /^-?\d{1,19}$/;

function integer64(digits: string, name: string): bigint {
  const value = BigInt(digits);
  if (BigInt.asIntN(64, value) !== value) throw wrong(`'${name}' has a number beyond 64 bits`);
  return value;
}

/** A double stays one: whole numbers and zeros below nothing need the class. */
function double(value: number): number | bson.Double {
  return Number.isInteger(value) ? new bson.Double(value) : value;
}

function readDouble(digits: string): number | bson.Double {
  if (digits === 'NaN') return Number.NaN;
  if (digits === 'Infinity') return Number.POSITIVE_INFINITY;
  if (digits === '-Infinity') return Number.NEGATIVE_INFINITY;
  return double(Number(digits));
}

const doubleShape = /^(?:NaN|-?Infinity|-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)$/;

/** A number outside of any wrapper, as the relaxed form has it. */
function readNumeral({ text: digits }: Numeral): BsonValue {
  if (!integerShape.test(digits)) return double(Number(digits));
  const value = integer64(digits, 'a number');
  return value >= -0x80000000n && value <= 0x7fffffffn ? Number(value) : value;
}

function readDate(value: Raw | undefined): Date {
  if (typeof value === 'string') {
    const date = new Date(value);
    if (Number.isNaN(date.getTime())) throw wrong(`'$date' has a value that is none`);
    return date;
  }
  if (value instanceof Numeral) return readDate({ $numberLong: value.text });
  const date = new Date(Number(text(parts(value, '$date')['$numberLong'], '$date', integerShape)));
  if (Number.isNaN(date.getTime())) throw wrong(`'$date' is beyond the years that JavaScript knows`);
  return date;
}

function readBinary(object: RawObject): bson.Binary {
  const value = object['$binary'];
  // the older form has both beside each other
  const of = typeof value === 'string' ? { base64: value, subType: object['$type'] ?? '00' } : value;
  const { base64, subType } = parts(of, '$binary');
  const bytes = Buffer.from(text(base64, '$binary', /^[A-Za-z0-9+/]*={0,2}$/), 'base64');
  return new bson.Binary(bytes, Number.parseInt(text(subType, '$binary', /^[0-9a-f]{1,2}$/i), 16));
}

function readTimestamp(value: Raw | undefined): bson.Timestamp {
  const { t, i } = parts(value, '$timestamp');
  const number = (one: Raw | undefined): number => {
    if (!(one instanceof Numeral) || !/^\d{1,10}$/.test(one.text)) {
      throw wrong(`'$timestamp' has a value that is none`);
    }
    return Number(one.text);
  };
  return new bson.Timestamp({ t: number(t), i: number(i) });
}

function readExpression(value: Raw | undefined): bson.BSONRegExp {
  const { pattern, options } = parts(value, '$regularExpression');
  return new bson.BSONRegExp(text(pattern, '$regularExpression'), text(options, '$regularExpression'));
}

function readReference(object: RawObject): bson.DBRef {
  const { $ref, $id, $db, ...fields } = object;
  // an id may be of any type, whatever the package says
  const id = read($id ?? null) as bson.ObjectId;
  const database = $db === undefined ? undefined : text($db, '$db');
  return new bson.DBRef(text($ref, '$ref'), id, database, readFields(fields));
}

const readers: Readonly<Record<string, (object: RawObject) => BsonValue>> = {
  $oid: ({ $oid }) => new bson.ObjectId(text($oid, '$oid', /^[0-9a-f]{24}$/i)),
  $numberInt: ({ $numberInt }) => {
    const value = integer64(text($numberInt, '$numberInt', integerShape), '$numberInt');
    if (BigInt.asIntN(32, value) !== value) throw wrong(`'$numberInt' has a number beyond 32 bits`);
    return Number(value);
  },
  $numberLong: ({ $numberLong }) => integer64(text($numberLong, '$numberLong', integerShape), '$numberLong'),
  $numberDouble: ({ $numberDouble }) => readDouble(text($numberDouble, '$numberDouble', doubleShape)),
  $numberDecimal: ({ $numberDecimal }) => bson.Decimal128.fromString(text($numberDecimal, '$numberDecimal')),
  $date: ({ $date }) => readDate($date),
  $binary: readBinary,
  $uuid: ({ $uuid }) =>
    new bson.Binary(Buffer.from(text($uuid, '$uuid', /^[0-9a-f-]{32,36}$/i).replaceAll('-', ''), 'hex'), 4),
  $regularExpression: ({ $regularExpression }) => readExpression($regularExpression),
  $code: ({ $code, $scope }) =>
    $scope === undefined
      ? new bson.Code(text($code, '$code'))
      : new bson.Code(text($code, '$code'), readFields(parts($scope, '$scope')) as Record<string, BsonValue>),
  $timestamp: ({ $timestamp }) => readTimestamp($timestamp),
  $minKey: () => new bson.MinKey(),
  $maxKey: () => new bson.MaxKey(),
};

function readFields(object: RawObject): BsonDocument {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, read(value)]));
}

function read(value: Raw): BsonValue {
  if (value instanceof Numeral) return readNumeral(value);
  if (Array.isArray(value)) return (value as readonly Raw[]).map(read);
  if (!isObject(value)) return value as null | boolean | string;
  if (!isWrapper(value)) return readFields(value);
  for (const name of Object.keys(value)) {
    const reader = readers[name];
    if (reader) return reader(value);
  }
  return readReference(value);
}

/**
 * Reads Extended JSON (MongoDB, version 2): the canonical form, numbers and dates of the relaxed one, and the older form of
 * binary data. What it gives prints to the same canonical text: 64-bit integers come as `bigint`, whole doubles as
 * `Double`, binary data as `Binary`. Throws EJS002.
 */
export function parseExtendedJson(source: string): BsonValue {
  try {
    const raw = JSON.parse(source, (_name, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' ? new Numeral(context?.source ?? String(value)) : value,
    ) as Raw;
    return read(raw);
  } catch (error) {
    if (isFault(error)) throw error;
    throw fault('EJS002', {
      what: 'the text is not Extended JSON',
      why: `${messageOf(error)}.`,
      cause: error,
    });
  }
}

/** As `parseExtendedJson`, for a text that must be a mapping. Throws EJS002. */
export function parseExtendedJsonDocument(source: string): BsonDocument {
  const value = parseExtendedJson(source);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    throw wrong('the text is not a mapping');
  }
  return value as BsonDocument;
}
