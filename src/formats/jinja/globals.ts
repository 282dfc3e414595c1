import { bind } from './bind.ts';
import { pairsOf } from './collection-methods.ts';
import { Dict } from './dict.ts';
import { asIndex, asInteger } from './numbers.ts';
import { textOf } from './print.ts';
import { tooMuch, wrongUse } from './trouble.ts';
import { type Arguments, Callable, none, PyObject, Range, Undefined, type Value } from './values.ts';

/** Numbers that one range may have. */
const longestRange = 100_000;

function range({ positional }: Arguments): Value {
  const numbers = positional.map((value) => {
    if (value instanceof Undefined) return value.fail();
    return asInteger(value) === undefined ? wrongUse("'range' expects integers") : asIndex(value);
  });
  const [a = 0, b, step = 1] = numbers;
  if (numbers.length < 1 || numbers.length > 3) return wrongUse("'range' takes one to three integers");
  if (step === 0) return wrongUse("the step of 'range' is zero");
  const result = b === undefined ? new Range(0, a, 1) : new Range(a, b, step);
  return result.length() > longestRange ? tooMuch(`a range has more than ${longestRange} numbers`) : result;
}

/** What `{% set ns.name = value %}` may change. */
export class Namespace extends PyObject {
  readonly typeName = 'Namespace';
  readonly values: Dict;
  constructor(values: Dict) {
    super();
    this.values = values;
  }
  override attribute(name: string): Value | undefined {
    return this.values.get(name);
  }
  print(printItem: (value: Value) => string): string {
    return `<Namespace ${printItem(this.values)}>`;
  }
}

/** `cycler(...)`: gives its values in turns. */
class Cycler extends PyObject {
  readonly typeName = 'Cycler';
  readonly #items: readonly Value[];
  #at = 0;
  constructor(items: readonly Value[]) {
    super();
    if (items.length === 0) wrongUse("'cycler' has nothing to give");
    this.#items = items;
  }
  override attribute(name: string): Value | undefined {
    if (name === 'current') return this.#items[this.#at] as Value;
    if (name === 'next') return new Callable('next', () => this.#next());
    if (name !== 'reset') return undefined;
    return new Callable('reset', () => {
      this.#at = 0;
      return none;
    });
  }
  #next(): Value {
    const item = this.#items[this.#at] as Value;
    this.#at = (this.#at + 1) % this.#items.length;
    return item;
  }
  print(): string {
    return '<Cycler object>';
  }
}

/** `joiner(...)`: nothing at the first call, then its text. */
function joiner(given: Arguments): Value {
  const between = bind('joiner', given, ['sep']).value('sep') ?? ', ';
  let isFirst = true;
  return new Callable('joiner', () => {
    const result = isFirst ? '' : textOf(between);
    isFirst = false;
    return result;
  });
}

/** What templates know without being given it. */
export const globals: ReadonlyMap<string, Value> = new Map(
  (
    [
      ['range', 'range', range],
      ['dict', 'dict', (given) => new Dict(pairsOf('dict', given))],
      [
        'namespace',
        'jinja2.utils.Namespace',
        (given) => new Namespace(new Dict(pairsOf('namespace', given))),
      ],
      ['cycler', 'jinja2.utils.Cycler', ({ positional }) => new Cycler(positional)],
      ['joiner', 'jinja2.utils.Joiner', joiner],
    ] as [string, string, (given: Arguments) => Value][]
  ).map(([name, kind, run]) => [name, new Callable(name, run, `<class '${kind}'>`)]),
);
