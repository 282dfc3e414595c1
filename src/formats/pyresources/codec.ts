/**
 * What values look like in a datafile, said once: a codec writes and reads them, its type is the type of the values, and its
 * schema is a plain value that can be compared. Structs are arrays of their fields in order, without names.
 */
import { createHash } from 'node:crypto';
import { compareBytes } from '../../primitives/index.ts';
import type { MessageReader } from './message-reader.ts';
import type { MessageWriter } from './message-writer.ts';
import { trouble, within } from './read-trouble.ts';

/** A schema as plain JSON. */
export type Schema = string | readonly [string, ...unknown[]];

export interface Codec<T> {
  readonly schema: Schema;
  write(to: MessageWriter, value: T): void;
  /** Throws an error that `readFault` makes into a fault of MPY300 to MPY305. */
  read(from: MessageReader): T;
}

/** A codec of what can be the key of a map. */
export interface KeyCodec<T> extends Codec<T> {
  /** The order in which keys are written. */
  compare(a: T, b: T): number;
}

/** The type of the values that a codec writes and reads. */
export type Infer<C> = C extends Codec<infer T> ? T : never;

/** From 0 to 2^64 - 1. */
export const u64: KeyCodec<bigint> = {
  schema: 'u64',
  write: (to, value) => to.u64(value),
  read: (from) => from.u64(),
  compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
};

/** A whole number that is exact as a `number`. */
export const int: KeyCodec<number> = {
  schema: 'int',
  write: (to, value) => to.int(value),
  read: (from) => from.int(),
  compare: (a, b) => a - b,
};

export const f64: Codec<number> = {
  schema: 'f64',
  write: (to, value) => to.f64(value),
  read: (from) => from.f64(),
};

export const bool: Codec<boolean> = {
  schema: 'bool',
  write: (to, value) => to.bool(value),
  read: (from) => from.bool(),
};

/** A text. */
export const str: KeyCodec<string> = {
  schema: 'str',
  write: (to, value) => to.text(value),
  read: (from) => from.text(),
  compare: compareBytes,
};

/** A text that repeats: kept in memory once. On disk it is like any other. */
export const internedStr: KeyCodec<string> = { ...str, read: (from) => from.internedText() };

/** A value that repeats: kept in memory once, and therefore not to be changed. On disk it is like any other. */
export function repeated<T>(inner: Codec<T>): Codec<T> {
  return { ...inner, read: (from) => from.repeated(inner, inner.read) };
}

/** A value or null. */
export function nullable<T>(inner: Codec<T>): Codec<T | null> {
  return {
    schema: ['nullable', inner.schema],
    write: (to, value) => (value === null ? to.nil() : inner.write(to, value)),
    read: (from) => (from.nil() ? null : inner.read(from)),
  };
}

/** One of some words, written as its index. */
export function oneOf<const W extends readonly string[]>(words: W): Codec<W[number]> {
  return {
    schema: ['oneOf', ...words],
    write: (to, value) => to.int(words.indexOf(value)),
    read: (from) => {
      const index = from.int();
      const word = words[index];
      if (word === undefined) throw trouble('MPY304', `the number ${index} stands for no word`);
      return word;
    },
  };
}

/** All empty arrays: most nodes of a graph have no bases and no children. */
const none: readonly never[] = Object.freeze([]);

export function array<T>(item: Codec<T>): Codec<readonly T[]> {
  return {
    schema: ['array', item.schema],
    write: (to, values) => {
      to.arrayHead(values.length);
      for (const value of values) item.write(to, value);
    },
    read: (from) => {
      const count = from.arrayHead();
      if (count === 0) return none;
      // as long as it is going to be: what grows is given room for many more
      const values = new Array<T>(count);
      let index = 0;
      try {
        for (; index < count; index += 1) values[index] = item.read(from);
      } catch (error) {
        throw within(error, `[${index}]`);
      }
      return values;
    },
  };
}

export interface MapCodec<K, V> extends Codec<ReadonlyMap<K, V>> {
  readonly key: KeyCodec<K>;
  readonly value: Codec<V>;
  /** Key and value of the entry that comes next; undefined: it is one to leave out. */
  readEntry(from: MessageReader): readonly [K, V] | undefined;
}

/** A map, its entries written in the order of keys. Entries whose key `drop` names are left out on reading. */
export function map<K, V>(
  key: KeyCodec<K>,
  value: Codec<V>,
  { drop }: { readonly drop?: (key: K) => boolean } = {},
): MapCodec<K, V> {
  const readEntry = (from: MessageReader): readonly [K, V] | undefined => {
    const name = key.read(from);
    try {
      const read = value.read(from);
      return drop?.(name) === true ? undefined : [name, read];
    } catch (error) {
      throw within(error, `[${typeof name === 'string' ? JSON.stringify(name) : String(name)}]`);
    }
  };
  const empty: ReadonlyMap<K, V> = new Map();
  return {
    schema: ['map', key.schema, value.schema],
    key,
    value,
    readEntry,
    write: (to, values) => {
      to.mapHead(values.size);
      for (const name of [...values.keys()].sort(key.compare)) {
        key.write(to, name);
        value.write(to, values.get(name) as V);
      }
    },
    read: (from) => {
      const count = from.mapHead();
      if (count === 0) return empty;
      const values = new Map<K, V>();
      let dropped = 0;
      for (let index = 0; index < count; index += 1) {
        const entry = readEntry(from);
        if (entry === undefined) dropped += 1;
        else values.set(entry[0], entry[1]);
      }
      if (values.size + dropped !== count) throw trouble('MPY301', 'a key stands twice in a map');
      return values;
    },
  };
}

/** An array of a fixed number of values, each of its own kind. */
export function tuple<const C extends readonly Codec<unknown>[]>(
  ...items: C
): Codec<{ readonly [I in keyof C]: Infer<C[I]> }> {
  type Values = { readonly [I in keyof C]: Infer<C[I]> };
  const fields = items as readonly Codec<unknown>[];
  return {
    schema: ['tuple', ...fields.map(({ schema }) => schema)],
    write: (to, values) => {
      to.arrayHead(fields.length);
      for (const [index, field] of fields.entries()) field.write(to, (values as readonly unknown[])[index]);
    },
    read: (from) => {
      checkArity(from.arrayHead(), fields.length);
      const values: unknown[] = [];
      try {
        for (const field of fields) values.push(field.read(from));
      } catch (error) {
        throw within(error, `[${values.length}]`);
      }
      return values as unknown as Values;
    },
  };
}

type Fields = Readonly<Record<string, Codec<unknown>>>;

/** Reads the fields of a struct one after another into an object literal, which is faster and smaller than one that grows. */
export type Literal<F extends Fields> = (
  of: F,
  from: MessageReader,
) => { readonly [K in keyof F]: Infer<F[K]> };

/**
 * An object with these fields, written as an array of their values in this order. `literal` is for what there is a lot of; it names
 * the fields once more in the same order.
 */
export function struct<const F extends Fields>(
  name: string,
  fields: F,
  literal?: Literal<F>,
): Codec<{ readonly [K in keyof F]: Infer<F[K]> }> {
  type Value = { readonly [K in keyof F]: Infer<F[K]> };
  const list = Object.entries(fields as Fields);
  const codec = oneByOne<Value>(name, list);
  if (literal === undefined) return codec;
  checkOrder(name, list, literal as unknown as Literal<Fields>);
  return {
    ...codec,
    read: (from) => {
      const start = from.at;
      try {
        checkArity(from.arrayHead(), list.length);
        return literal(fields, from);
      } catch {
        // the other way knows which field it was
        from.at = start;
        return codec.read(from);
      }
    },
  };
}

/** Throws when a literal reads other fields, or in another order. A mistake of a programmer, seen when the module is loaded. */
function checkOrder(
  name: string,
  list: readonly (readonly [string, Codec<unknown>])[],
  literal: Literal<Fields>,
): void {
  const read: string[] = [];
  const spy = ([field, codec]: readonly [string, Codec<unknown>]): readonly [string, Codec<unknown>] => [
    field,
    { ...codec, read: () => read.push(field) },
  ];
  literal(Object.fromEntries(list.map(spy)), undefined as unknown as MessageReader);
  const wanted = list.map(([field]) => field).join(' ');
  if (read.join(' ') !== wanted)
    throw new Error(`'${name}' has '${wanted}', and '${read.join(' ')}' is read`);
}

function oneByOne<Value>(name: string, list: readonly (readonly [string, Codec<unknown>])[]): Codec<Value> {
  return {
    schema: ['struct', name, ...list.map(([field, { schema }]) => [field, schema])],
    write: (to, value) => {
      to.arrayHead(list.length);
      for (const [field, codec] of list) codec.write(to, (value as Readonly<Record<string, unknown>>)[field]);
    },
    read: (from) => {
      checkArity(from.arrayHead(), list.length);
      const value: Record<string, unknown> = {};
      let index = 0;
      try {
        for (; index < list.length; index += 1) {
          const [field, codec] = list[index] as [string, Codec<unknown>];
          value[field] = codec.read(from);
        }
      } catch (error) {
        throw within(error, `.${list[index]?.[0]}`);
      }
      return value as Value;
    },
  };
}

function checkArity(found: number, wanted: number): void {
  if (found !== wanted) throw trouble('MPY302', `${found} fields stand where ${wanted} belong`);
}

/** Eight bytes that change with every change of a schema, as 16 hexadecimal digits. */
export function fingerprint(schema: Schema): string {
  return createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 16);
}
