import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { UUID } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Binary,
  BSONRegExp,
  type BsonValue,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  parseExtendedJson,
  parseExtendedJsonDocument,
  printDouble,
  printExtendedJson,
  Timestamp,
} from './index.ts';

const sha512 = (text: string): string => createHash('sha512').update(text).digest('hex');
const indexOf = (key: BsonValue): string => sha512(printExtendedJson({ key })).slice(0, 16);

describe('the canonical text of a key', () => {
  const key = { final_name: 'foobar-go-modules-1.2.3.tar.xz', gosum: 'abcdef0123456789' };
  it('1: is one line with sorted names', () => {
    expect(printExtendedJson({ key: { gosum: key.gosum, final_name: key.final_name } })).toBe(
      '{"key": {"final_name": "foobar-go-modules-1.2.3.tar.xz", "gosum": "abcdef0123456789"}}',
    );
  });
  it('2: has the SHA-512 that other programs find it by', () => {
    expect(sha512(printExtendedJson({ key }))).toBe(
      '13d7c90ed55ea43ee3bbee602ee3e9d65d2c88677123aed5d3567526db6c33be55629aa9c08489313a2ed4975ab9cb9879db710109708dc35c8c11b338f81d34',
    );
  });
  it('3: of no key is that of an empty mapping', () => {
    expect(indexOf({})).toBe('72aa16accbbdb7fe');
  });
  it('4: tells an integer, a double, a boolean and a text apart', () => {
    expect([{ v: 1 }, { v: new Double(1) }, { v: true }, { v: '1' }].map(indexOf)).toEqual([
      'ad993646a6f6ecf1',
      '927b44132205dc66',
      '480d2c387b040eff',
      'b5af7de5f5ffa324',
    ]);
  });
  it('5: does not depend on the order of names, but on that of lists', () => {
    expect(indexOf({ a: { x: 1, y: [1, 2] }, b: null })).toBe('3c0a5ea1818b567b');
    expect(indexOf({ b: null, a: { y: [1, 2], x: 1 } })).toBe('3c0a5ea1818b567b');
    expect(indexOf({ a: { x: 1, y: [2, 1] }, b: null })).toBe('01016e25274719b5');
  });
  it('6: has dates in milliseconds', () => {
    const date = new Date('2022-08-04T12:00:00Z');
    expect(printExtendedJson({ d: date })).toBe('{"d": {"$date": {"$numberLong": "1659614400000"}}}');
    expect(indexOf({ d: date })).toBe('7169abe9ba07f090');
    expect(indexOf({ d: new Date('2022-08-04T12:00:00.123456Z') })).toBe('1d79ec0da2e031a6');
  });
  it('7: holds letters of all scripts, bytes, 64-bit integers and object ids', () => {
    expect(indexOf({ u: 'é☃' })).toBe('f2103f156a58a4e8');
    expect(indexOf({ by: Buffer.from('abc') })).toBe('e6bcf11b6acd4c5f');
    expect(indexOf({ by: new Binary(Buffer.from('abc')) })).toBe('e6bcf11b6acd4c5f');
    expect(indexOf({ i64: 5n })).toBe('03e258dccd7a3497');
    expect(indexOf({ i64: Long.fromNumber(5) })).toBe('03e258dccd7a3497');
    expect(indexOf({ oid: new ObjectId('507f1f77bcf86cd799439011') })).toBe('9a95466ff4800df0');
  });
  it('8: has doubles as Python writes them', () => {
    const key = { d: new Double(1e16), e: 1e-5, f: 0.1 };
    const text = printExtendedJson(key);
    for (const part of ['"1e+16"', '"1e-05"', '"0.1"']) expect(text).toContain(part);
    expect(indexOf(key)).toBe('99d688325c108bca');
  });

  class Day {}
  const circle: Record<string, unknown> = {};
  circle['again'] = circle;
  it.each([
    ['a bare UUID', { a: { id: new UUID('f81d4fae-7dec-11d0-a765-00a0c91e6bf6') } }, 'key.a.id', 'UUID'],
    ['a date without a time', { days: ['x', new Day()] }, 'key.days[1]', "class 'Day'"],
    ['a function', { 'a b': { f: () => 1 } }, 'key["a b"].f', "type 'function'"],
    ['an instance of a class', { m: new Map() }, 'key.m', "class 'Map'"],
    ['nothing at all', { u: undefined }, 'key.u', "type 'undefined'"],
    ['a hole in a list', { l: Object.assign([1], { 2: 2 }) }, 'key.l[1]', "type 'undefined'"],
    ['a date that is none', { d: new Date(Number.NaN) }, 'key.d', 'a date that is none'],
    ['half a character', { t: '\ud800' }, 'key.t', 'lone surrogate'],
    ['too large an integer', { n: 2 ** 64 }, 'key.n', 'beyond 64 bits'],
    ['too large a bigint', { n: 2n ** 63n }, 'key.n', 'beyond 64 bits'],
    ['a flag that BSON does not have', { r: /a/g }, 'key.r', "flag 'g'"],
    ['a name of Extended JSON', { o: { $oid: '507f1f77bcf86cd799439011' } }, 'key.o', 'keeps for itself'],
    ['itself', circle, 'key.again.again.again', 'contains itself'],
  ])('9: is refused with its place for %s', (_title, key, place, words) => {
    const print = (): string => printExtendedJson({ key } as unknown as BsonValue);
    expect(print).toThrow('EJS001');
    expect(print).toThrow(`'${place}'`);
    expect(print).toThrow(words);
  });
  it('takes whole numbers of JavaScript as integers of 32 or 64 bits', () => {
    expect(printExtendedJson([0, -0, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1])).toBe(
      '[{"$numberInt": "0"}, {"$numberInt": "0"}, {"$numberInt": "2147483647"}, {"$numberLong": "2147483648"}, ' +
        '{"$numberInt": "-2147483648"}, {"$numberLong": "-2147483649"}]',
    );
  });
});

describe('Extended JSON', () => {
  const lines = readFileSync('testdata/extended-json/pymongo.txt', 'utf8').trimEnd().split('\n');
  it('of 400 values printed by PyMongo 4.18 is read and printed to the same bytes', () => {
    expect(lines.length).toBe(400);
    for (const line of lines) expect(printExtendedJson(parseExtendedJson(line))).toBe(line);
  });
  it('sorts names by code point, where UTF-16 would sort otherwise', () => {
    expect(printExtendedJson({ '\u{1f600}': 1, '\uffff': 2 })).toBe(
      '{"\\uffff": {"$numberInt": "2"}, "\\ud83d\\ude00": {"$numberInt": "1"}}',
    );
  });
  it('reads the relaxed form and the older one of binary data', () => {
    const relaxed = '{"a": 1, "b": 1.0, "c": 4294967296, "d": {"$date": "2022-08-04T12:00:00Z"}}';
    expect(printExtendedJson(parseExtendedJson(relaxed))).toBe(
      '{"a": {"$numberInt": "1"}, "b": {"$numberDouble": "1.0"}, "c": {"$numberLong": "4294967296"}, ' +
        '"d": {"$date": {"$numberLong": "1659614400000"}}}',
    );
    expect(printExtendedJson(parseExtendedJson('{"$binary": "YWJj", "$type": "00"}'))).toBe(
      '{"$binary": {"base64": "YWJj", "subType": "00"}}',
    );
  });
  it('gives whole doubles, 64-bit integers and binary data in their classes', () => {
    const value = parseExtendedJsonDocument(
      '{"a": {"$numberDouble": "2.0"}, "b": {"$numberLong": "2"}, "c": {"$numberInt": "2"}, "e": {"$minKey": 1}}',
    );
    expect(value['a']).toBeInstanceOf(Double);
    expect(value['b']).toBe(2n);
    expect(value['c']).toBe(2);
    expect(value['e']).toBeInstanceOf(MinKey);
  });
  it('has a text for each class of BSON', () => {
    const id = new ObjectId('507f1f77bcf86cd799439011');
    const values = [
      new Int32(5),
      Decimal128.fromString('1.50'),
      new Timestamp({ t: 5, i: 6 }),
      new MinKey(),
      new MaxKey(),
      new DBRef('things', id, 'db'),
      new Double(-0),
    ];
    expect(printExtendedJson(values)).toBe(
      '[{"$numberInt": "5"}, {"$numberDecimal": "1.50"}, {"$timestamp": {"i": 6, "t": 5}}, {"$minKey": 1}, ' +
        '{"$maxKey": 1}, {"$db": "db", "$id": {"$oid": "507f1f77bcf86cd799439011"}, "$ref": "things"}, ' +
        '{"$numberDouble": "-0.0"}]',
    );
  });
  it('keeps expressions and code', () => {
    const value = { r: new BSONRegExp('a|b', 'im'), j: /x/iu, c: new Code('f', { a: 1 }) };
    expect(printExtendedJson(parseExtendedJson(printExtendedJson(value)))).toBe(printExtendedJson(value));
  });
  it.each([
    '',
    '{"a": ',
    '{"$oid": "12"}',
    '{"$numberInt": "2147483648"}',
    '{"$numberLong": "9223372036854775808"}',
    '{"$numberDouble": "x"}',
    '{"$date": {"$numberLong": "9999999999999999"}}',
    '{"$binary": {"base64": "*", "subType": "00"}}',
    '{"$timestamp": {"t": 1}}',
    '{"$numberDecimal": "seven"}',
  ])('refuses %s', (text) => {
    expect(() => parseExtendedJson(text)).toThrow('EJS002');
  });
  it('refuses a text that is no mapping where one is needed', () => {
    expect(() => parseExtendedJsonDocument('[]')).toThrow('EJS002');
    expect(() => parseExtendedJsonDocument('{"$numberLong": "1"}')).toThrow('EJS002');
  });
  it('never throws anything but a problem, whatever it reads', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), cutLine(lines)), (text) => {
        try {
          parseExtendedJson(text);
        } catch (error) {
          expect(String(error)).toContain('EJS002');
        }
      }),
    );
  });
  it('prints doubles so that they read back the same', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(Object.is(Number(printDouble(value)), value)).toBe(true);
        expect(printDouble(value)).toMatch(/^(?:-?(?:\d+\.\d+|\d(?:\.\d+)?e[+-]\d{2,3}|Infinity)|NaN)$/);
      }),
    );
  });
  it('prints what it read to the same text, whatever the value is', () => {
    fc.assert(
      fc.property(bson.value, (value) => {
        const text = printExtendedJson(value as BsonValue);
        expect(printExtendedJson(parseExtendedJson(text))).toBe(text);
      }),
    );
  });
});

const cutLine = (lines: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...lines), fc.nat(300))
    .map(([line, at]) => line.slice(0, at % (line.length + 1)) + line.slice((at % (line.length + 1)) + 1));

const plainText = fc.string({ unit: 'grapheme' });
const bson = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noInteger: true }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    plainText,
    fc.date({ noInvalidDate: true }),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      plainText.map((name) => name.replaceAll(/[$\0]/g, '_')),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
}));
