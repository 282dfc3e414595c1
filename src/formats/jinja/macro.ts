import { Dict } from './dict.ts';
import { evaluate } from './evaluate.ts';
import type { Frame } from './frame.ts';
import type { MacroNode } from './nodes.ts';
import { wrongUse } from './trouble.ts';
import { type Arguments, none, PyObject, Tuple, Undefined, type Value } from './values.ts';

/** A macro, and the body in which it was written. */
export class Macro extends PyObject {
  readonly typeName = 'Macro';
  readonly #node: MacroNode;
  readonly #frame: Frame;

  constructor(node: MacroNode, frame: Frame) {
    super();
    this.#node = node;
    this.#frame = frame;
  }

  override get isCallable(): boolean {
    return true;
  }

  override attribute(name: string): Value | undefined {
    const { parameters, uses } = this.#node;
    switch (name) {
      case 'name':
        return this.#node.name === 'caller' ? none : this.#node.name;
      case 'arguments':
        return new Tuple(parameters.map((parameter) => parameter.name));
      case 'catch_varargs':
        return uses.has('varargs');
      case 'catch_kwargs':
        return uses.has('kwargs');
      case 'caller':
        return uses.has('caller');
      default:
        return undefined;
    }
  }

  override call(given: Arguments): Value {
    const sink = { text: '' };
    const frame = this.#frame.inner(sink);
    const { run } = frame;
    const calledAt = run.at;
    this.#bind(given, frame);
    run.body(this.#node.body, frame);
    run.at = calledAt;
    return sink.text;
  }

  #bind(given: Arguments, frame: Frame): void {
    const { name, parameters, uses } = this.#node;
    const named = new Map(given.named);
    const take = (key: string): Value | undefined => {
      const value = named.get(key);
      named.delete(key);
      return value;
    };
    parameters.forEach((parameter, index) => {
      const value = given.positional[index] ?? take(parameter.name);
      if (value !== undefined) frame.setName(parameter.name, value);
      else if (!parameter.missing) {
        frame.setName(parameter.name, new Undefined(`parameter '${parameter.name}' was not provided`));
      }
    });
    for (const { name: key, missing } of parameters) {
      if (missing && !frame.scope?.names.has(key)) frame.setName(key, evaluate(missing, frame));
    }
    const isNamed = parameters.some((parameter) => parameter.name === 'caller');
    if (uses.has('caller') && !isNamed) {
      frame.setName('caller', take('caller') ?? new Undefined('No caller defined'));
    }
    if (uses.has('kwargs')) frame.setName('kwargs', new Dict(named));
    else if (named.size > 0) {
      const [first] = named.keys();
      wrongUse(`the macro '${name}' takes no argument '${first}'`);
    }
    const more = given.positional.slice(parameters.length);
    if (uses.has('varargs')) frame.setName('varargs', new Tuple(more));
    else if (more.length > 0) {
      wrongUse(
        `the macro '${name}' takes at most ${parameters.length} arguments, and ${given.positional.length} are given`,
      );
    }
  }

  print(): string {
    return `<Macro '${this.#node.name}'>`;
  }
}
