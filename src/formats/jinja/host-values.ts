import { isFault, messageOf } from '../../diagnostics/index.ts';
import { Dict } from './dict.ts';
import { Exposed } from './exposed.ts';
import { integerOf } from './numbers.ts';
import { TemplateTrouble, wrongUse } from './trouble.ts';
import { type Arguments, Callable, none, PyFloat, PyObject, Tuple, Undefined, type Value } from './values.ts';

/** An exposed object as a value. */
class ExposedValue extends PyObject {
  readonly typeName = 'object';
  readonly exposed: Exposed;
  readonly #convert: (value: unknown) => Value;
  constructor(exposed: Exposed, convert: (value: unknown) => Value) {
    super();
    this.exposed = exposed;
    this.#convert = convert;
  }
  override attribute(name: string): Value | undefined {
    const { attributes } = this.exposed;
    return Object.hasOwn(attributes, name) ? this.#convert(attributes[name]) : undefined;
  }
  print(): string {
    return this.exposed.printed;
  }
}

/**
 * Makes values of what the caller of `render` gives. The same object stays one value, and what templates change they
 * change in these values only.
 */
export class HostValues {
  readonly #known = new WeakMap<object, Value>();

  /** @throws TPL004 for what templates have no use for, such as an object of a class */
  from(value: unknown): Value {
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (value === null) return none;
    if (typeof value === 'bigint') return integerOf(value);
    if (typeof value === 'number') return Number.isInteger(value) ? integerOf(value) : new PyFloat(value);
    if (value === undefined) return new Undefined('a value is undefined');
    if (typeof value === 'symbol') return wrongUse('a symbol cannot be used in a template');
    return this.#known.get(value) ?? this.#remember(value);
  }

  #remember(value: object): Value {
    const convert = (inner: unknown): Value => this.from(inner);
    const keep = <Made extends Value>(made: Made): Made => {
      this.#known.set(value, made);
      return made;
    };
    if (typeof value === 'function') return keep(this.#callable(value as (...given: unknown[]) => unknown));
    if (value instanceof Exposed) return keep(new ExposedValue(value, convert));
    if (Array.isArray(value) || value instanceof Set) {
      const list = keep<Value[]>([]);
      for (const item of value) list.push(convert(item));
      return list;
    }
    if (value instanceof Map) {
      const dict = keep(new Dict());
      for (const [key, item] of value) dict.set(convert(key), convert(item));
      return dict;
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) {
      const kind = (prototype as { constructor?: { name?: string } }).constructor?.name;
      return wrongUse(`an object of the class '${kind}' cannot be used in a template`);
    }
    const dict = keep(new Dict());
    for (const [key, item] of Object.entries(value)) if (item !== undefined) dict.set(key, convert(item));
    return dict;
  }

  #callable(run: (...given: unknown[]) => unknown): Value {
    const name = run.name || 'function';
    return new Callable(name, (given) => {
      let result: unknown;
      try {
        result = run(...hostArguments(given));
      } catch (error) {
        if (error instanceof TemplateTrouble || isFault(error)) throw error;
        throw new TemplateTrouble('TPL004', `'${name}' fails: ${messageOf(error)}`);
      }
      if (result instanceof Promise)
        return wrongUse(`'${name}' answers later, which templates cannot wait for`);
      return this.from(result ?? null);
    });
  }
}

/** Positional arguments, then one object of the named ones if there are any. */
function hostArguments(given: Arguments): unknown[] {
  const positional = given.positional.map(toHost);
  if (given.named.size === 0) return positional;
  return [...positional, Object.fromEntries([...given.named].map(([name, value]) => [name, toHost(value)]))];
}

/** A value as functions of ours take it: texts, numbers, lists and plain objects. */
function toHost(value: Value): unknown {
  if (value === none) return null;
  if (Array.isArray(value)) return value.map(toHost);
  if (value instanceof PyFloat) return value.value;
  if (value instanceof Tuple) return value.items.map(toHost);
  if (value instanceof Undefined) return undefined;
  if (value instanceof ExposedValue) return value.exposed;
  if (value instanceof Dict) {
    return Object.fromEntries(Array.from(value.entries(), ([key, item]) => [String(key), toHost(item)]));
  }
  const items = value instanceof PyObject ? value.iterate() : undefined;
  return items ? Array.from(items, toHost) : value;
}
