import { asIndex, asInteger, asNumber } from './numbers.ts';
import { textOf } from './print.ts';
import { wrongUse } from './trouble.ts';
import { type Arguments, Undefined, type Value } from './values.ts';

/** Arguments by the name of their parameter, with what was not given left out. */
export class Bound {
  readonly #values: ReadonlyMap<string, Value>;
  constructor(values: ReadonlyMap<string, Value>) {
    this.#values = values;
  }
  /** Undefined when it was not given. */
  value(name: string): Value | undefined {
    return this.#values.get(name);
  }
  /** As a text, whatever it is. */
  text(name: string, missing: string): string {
    const value = this.value(name);
    return value === undefined ? missing : textOf(value);
  }
  /** A count or index. @throws TPL004 for anything but an integer */
  integer(name: string, missing: number): number {
    const value = this.value(name);
    if (value === undefined) return missing;
    if (value instanceof Undefined) return value.fail();
    return asInteger(value) === undefined ? wrongUse(`'${name}' is not an integer`) : asIndex(value);
  }
  number(name: string, missing: number): number {
    const value = this.value(name);
    return value === undefined ? missing : (asNumber(value) ?? wrongUse(`'${name}' is not a number`));
  }
}

/**
 * Arguments of a call under the names of the parameters, positional ones first.
 * `required`: so many of the first must be there. @throws TPL004 when they do not fit
 */
export function bind(who: string, given: Arguments, names: readonly string[], required = 0): Bound {
  if (given.positional.length > names.length) {
    return wrongUse(
      `'${who}' takes at most ${names.length} arguments, and ${given.positional.length} are given`,
    );
  }
  const values = new Map<string, Value>();
  given.positional.forEach((value, index) => {
    values.set(names[index] as string, value);
  });
  for (const [name, value] of given.named) {
    if (!names.includes(name)) return wrongUse(`'${who}' takes no argument '${name}'`);
    if (values.has(name)) return wrongUse(`'${who}' is given '${name}' twice`);
    values.set(name, value);
  }
  for (const name of names.slice(0, required)) {
    if (!values.has(name)) return wrongUse(`'${who}' lacks the argument '${name}'`);
  }
  return new Bound(values);
}
