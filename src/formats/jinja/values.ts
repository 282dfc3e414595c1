import { undefinedUse } from './trouble.ts';

/**
 * A Python value as templates compute with it. Integers are numbers while they are exact and bigints beyond; floats have a
 * class of their own, since `1.0` and `1` print differently. `undefined` never stands for a value.
 */
export type Value = boolean | number | bigint | string | Value[] | PyObject;

/** What a call hands over. */
export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

export const noArguments: Arguments = { positional: [], named: new Map() };

/** Everything that JavaScript has no value of its own for. The base answers as an object that can do nothing. */
export abstract class PyObject {
  /** As Python's messages name the type. */
  abstract readonly typeName: string;
  /** `repr` of it. */
  abstract print(printItem: (value: Value) => string): string;
  isTrue(): boolean {
    const length = this.length();
    return length === undefined || length > 0;
  }
  /** `object.name`; undefined when there is no such attribute. */
  attribute(_name: string): Value | undefined {
    return undefined;
  }
  /** Undefined when it cannot be iterated. */
  iterate(): Iterable<Value> | undefined {
    return undefined;
  }
  /** Undefined when it has none. */
  length(): number | undefined {
    return undefined;
  }
  get isCallable(): boolean {
    return false;
  }
  /** What a call gives; undefined when it cannot be called. */
  call(_given: Arguments): Value | undefined {
    return undefined;
  }
}

class NoneType extends PyObject {
  readonly typeName = 'NoneType';
  override isTrue(): boolean {
    return false;
  }
  print(): string {
    return 'None';
  }
}

/** Python's `None`; not `null`, so that `??` only ever means what is not there. */
export const none: Value = new NoneType();

export class PyFloat extends PyObject {
  readonly typeName = 'float';
  readonly value: number;
  constructor(value: number) {
    super();
    this.value = value;
  }
  override isTrue(): boolean {
    return this.value !== 0;
  }
  print(): string {
    return floatText(this.value);
  }
}

/** `repr` of a float: the shortest digits that read back, with an exponent below 1e-4 and from 1e16. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e16)) {
    const text = Object.is(value, -0) ? '-0' : String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/** What nothing was given for; it says why as soon as it is used for more than printing. */
export class Undefined extends PyObject {
  readonly typeName = 'Undefined';
  readonly reason: string;
  constructor(reason: string) {
    super();
    this.reason = reason;
  }
  override isTrue(): boolean {
    return false;
  }
  override iterate(): Iterable<Value> {
    return [];
  }
  override length(): number {
    return 0;
  }
  print(): string {
    return 'Undefined';
  }
  fail(): never {
    return undefinedUse(this.reason);
  }
}

export class Tuple extends PyObject {
  readonly typeName = 'tuple';
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }
  override iterate(): Iterable<Value> {
    return this.items;
  }
  override length(): number {
    return this.items.length;
  }
  print(printItem: (value: Value) => string): string {
    const inside = this.items.map(printItem).join(', ');
    return this.items.length === 1 ? `(${inside},)` : `(${inside})`;
  }
}

/** What groupby and a few others give: a tuple whose parts have names, too. */
export class NamedTuple extends Tuple {
  readonly names: readonly string[];
  constructor(names: readonly string[], items: readonly Value[]) {
    super(items);
    this.names = names;
  }
  override attribute(name: string): Value | undefined {
    return this.items[this.names.indexOf(name)];
  }
}

/** `range(...)`: its numbers are made when they are asked for. */
export class Range extends PyObject {
  readonly typeName = 'range';
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  constructor(start: number, stop: number, step: number) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
  override length(): number {
    return Math.max(0, Math.ceil((this.stop - this.start) / this.step));
  }
  at(index: number): number {
    return this.start + index * this.step;
  }
  override *iterate(): Iterable<Value> {
    const length = this.length();
    for (let index = 0; index < length; index += 1) yield this.at(index);
  }
  print(): string {
    const ends = `${this.start}, ${this.stop}`;
    return this.step === 1 ? `range(${ends})` : `range(${ends}, ${this.step})`;
  }
}

/** What map, select and their like give: it can be walked once, and has no length. */
export class Stream extends PyObject {
  readonly typeName: string;
  readonly #iterator: Iterator<Value>;
  constructor(items: Iterable<Value>, typeName = 'generator') {
    super();
    this.typeName = typeName;
    this.#iterator = items[Symbol.iterator]();
  }
  override isTrue(): boolean {
    return true;
  }
  /** The next value, which is then used up. */
  next(): IteratorResult<Value> {
    return this.#iterator.next();
  }
  override iterate(): Iterable<Value> {
    // without `return`, so that whoever stops early does not end the stream for others
    return { [Symbol.iterator]: () => ({ next: () => this.#iterator.next() }) };
  }
  print(): string {
    return `<${this.typeName} object>`;
  }
}

/** A function that templates may call. */
export class Callable extends PyObject {
  readonly typeName: string = 'function';
  readonly name: string;
  readonly #run: (given: Arguments) => Value;
  readonly #printed: string;
  constructor(name: string, run: (given: Arguments) => Value, printed = `<function ${name}>`) {
    super();
    this.#printed = printed;
    this.name = name;
    this.#run = run;
  }
  override get isCallable(): boolean {
    return true;
  }
  override call(given: Arguments): Value {
    return this.#run(given);
  }
  print(): string {
    return this.#printed;
  }
}

/** An object of which only the attributes are known that a function gives. */
export class PlainObject extends PyObject {
  readonly typeName: string;
  readonly #printed: string;
  readonly #attribute: (name: string) => Value | undefined;
  constructor(typeName: string, printed: string, attribute: (name: string) => Value | undefined) {
    super();
    this.typeName = typeName;
    this.#printed = printed;
    this.#attribute = attribute;
  }
  override attribute(name: string): Value | undefined {
    return this.#attribute(name);
  }
  print(): string {
    return this.#printed;
  }
}
