import { integerOf } from './numbers.ts';
import { wrongUse } from './trouble.ts';
import { PyFloat, PyObject, Range, Tuple, Undefined, type Value } from './values.ts';

type Key = string | number | bigint | PyObject;

/** Equal keys of Python have the same key here: 1, 1.0 and True are one. */
function keyOf(value: Value): Key {
  if (typeof value === 'string') return value.startsWith('\0') ? `\0${value}` : value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof PyFloat) return Number.isInteger(value.value) ? integerOf(value.value) : value.value;
  if (value instanceof Tuple) return `\0(${value.items.map((item) => `${partOf(keyOf(item))}`).join(',')})`;
  if (Array.isArray(value) || value instanceof Dict) {
    return wrongUse(
      `a ${Array.isArray(value) ? 'list' : 'dict'} cannot be a key of a dict, since it can change`,
    );
  }
  if (value instanceof Undefined) return '\0undefined';
  return value;
}

const identities = new WeakMap<PyObject, number>();
let identityCount = 0;

function partOf(key: Key): string {
  if (!(key instanceof PyObject)) return `${typeof key}:${JSON.stringify(String(key))}`;
  let identity = identities.get(key);
  if (identity === undefined) {
    identityCount += 1;
    identity = identityCount;
    identities.set(key, identity);
  }
  return `object:${identity}`;
}

/** A dict: keeps the order of first insertion. */
export class Dict extends PyObject {
  readonly typeName = 'dict';
  readonly #entries = new Map<Key, [Value, Value]>();
  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    super();
    for (const [key, value] of entries) this.set(key, value);
  }
  get(key: Value): Value | undefined {
    return this.#entries.get(keyOf(key))?.[1];
  }
  has(key: Value): boolean {
    return this.#entries.has(keyOf(key));
  }
  set(key: Value, value: Value): void {
    const inner = keyOf(key);
    const entry = this.#entries.get(inner);
    if (entry) entry[1] = value;
    else this.#entries.set(inner, [key, value]);
  }
  delete(key: Value): void {
    this.#entries.delete(keyOf(key));
  }
  clear(): void {
    this.#entries.clear();
  }
  entries(): Iterable<readonly [Value, Value]> {
    return this.#entries.values();
  }
  override *iterate(): Iterable<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }
  override length(): number {
    return this.#entries.size;
  }
  print(printItem: (value: Value) => string): string {
    const pairs = [...this.entries()].map(([key, value]) => `${printItem(key)}: ${printItem(value)}`);
    return `{${pairs.join(', ')}}`;
  }
}

/** `keys()`, `values()` and `items()` of a dict: they follow its changes. */
export class DictView extends PyObject {
  readonly typeName: string;
  readonly dict: Dict;
  readonly kind: 'keys' | 'values' | 'items';
  constructor(dict: Dict, kind: 'keys' | 'values' | 'items') {
    super();
    this.dict = dict;
    this.kind = kind;
    this.typeName = `dict_${kind}`;
  }
  override *iterate(): Iterable<Value> {
    for (const [key, value] of this.dict.entries()) {
      yield this.kind === 'keys' ? key : this.kind === 'values' ? value : new Tuple([key, value]);
    }
  }
  override length(): number {
    return this.dict.length();
  }
  print(printItem: (value: Value) => string): string {
    return `${this.typeName}([${[...this.iterate()].map(printItem).join(', ')}])`;
  }
}

/** The type of a value as Python's messages name it. */
export function typeName(value: Value): string {
  if (Array.isArray(value)) return 'list';
  if (value instanceof PyObject) return value.typeName;
  if (typeof value === 'string') return 'str';
  return typeof value === 'boolean' ? 'bool' : 'int';
}

/** Whether Python takes the value for true. */
export function isTrue(value: Value): boolean {
  if (value instanceof PyObject) return value.isTrue();
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** The items of whatever can be iterated; of a text its characters. */
export function iterate(value: Value): Iterable<Value> {
  if (typeof value === 'string' || Array.isArray(value)) return value;
  const items = value instanceof PyObject ? value.iterate() : undefined;
  return items ?? wrongUse(`'${typeName(value)}' object is not iterable`);
}

/** Characters of a text are code points. */
export function textLength(text: string): number {
  return hasPairs(text) ? [...text].length : text.length;
}

/** Whether some characters take two places in JavaScript's strings. */
export function hasPairs(text: string): boolean {
  return /[\ud800-\udfff]/.test(text);
}

/** Number of items; undefined when the value has no length. */
export function lengthOf(value: Value): number | undefined {
  if (typeof value === 'string') return textLength(value);
  if (Array.isArray(value)) return value.length;
  return value instanceof PyObject ? value.length() : undefined;
}

/** The items as they can be indexed: of a text, list, tuple or range; undefined for everything else. */
export function sequenceOf(value: Value): readonly Value[] | string | undefined {
  if (typeof value === 'string') return hasPairs(value) ? [...value] : value;
  if (Array.isArray(value)) return value;
  if (value instanceof Tuple) return value.items;
  return value instanceof Range ? [...value.iterate()] : undefined;
}
