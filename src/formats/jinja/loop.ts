import { compareBy } from './compare.ts';
import { wrongUse } from './trouble.ts';
import { Callable, PyObject, Undefined, type Value } from './values.ts';

/** `loop` within a `for`. */
export class Loop extends PyObject {
  readonly typeName = 'LoopContext';
  readonly #items: readonly Value[];
  readonly #depth: number;
  readonly #again: ((items: Value) => string) | undefined;
  #index = 0;
  #changed: readonly Value[] | undefined;

  /** `again` runs the loop over other items, one level deeper; only recursive loops have it. */
  constructor(items: readonly Value[], depth: number, again: ((items: Value) => string) | undefined) {
    super();
    this.#items = items;
    this.#depth = depth;
    this.#again = again;
  }

  goTo(index: number): void {
    this.#index = index;
  }

  override attribute(name: string): Value | undefined {
    const [index, length] = [this.#index, this.#items.length];
    switch (name) {
      case 'index':
        return index + 1;
      case 'index0':
        return index;
      case 'revindex':
        return length - index;
      case 'revindex0':
        return length - index - 1;
      case 'first':
        return index === 0;
      case 'last':
        return index === length - 1;
      case 'length':
        return length;
      case 'depth':
        return this.#depth + 1;
      case 'depth0':
        return this.#depth;
      case 'previtem':
        return this.#items[index - 1] ?? new Undefined('there is no previous item');
      case 'nextitem':
        return this.#items[index + 1] ?? new Undefined('there is no next item');
      default:
        return this.#method(name);
    }
  }

  #method(name: string): Value | undefined {
    if (name === 'cycle') {
      return new Callable('cycle', ({ positional }) =>
        positional.length
          ? (positional[this.#index % positional.length] as Value)
          : wrongUse("'cycle' has nothing to give"),
      );
    }
    if (name !== 'changed') return undefined;
    return new Callable('changed', ({ positional }) => {
      const before = this.#changed;
      this.#changed = positional;
      return !(before && compareBy('==', [...before], [...positional]));
    });
  }

  override get isCallable(): boolean {
    return true;
  }

  override call({ positional }: { positional: readonly Value[] }): Value {
    const [items] = positional;
    if (!this.#again) return wrongUse("the loop is not marked 'recursive' and cannot be called");
    return items === undefined ? wrongUse("'loop' lacks what it is to go through") : this.#again(items);
  }

  override length(): number {
    return this.#items.length;
  }

  print(): string {
    return `<LoopContext ${this.#index + 1}/${this.#items.length}>`;
  }
}
