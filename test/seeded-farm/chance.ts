import { seededRandom } from '../seeded-random.ts';

/** Numbers that look random and are the same for the same seed. */
export class Chance {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seededRandom(seed * 0x9e3779b1);
  }

  /** At least 0 and less than 1. */
  next(): number {
    return this.#next();
  }

  /** A whole number, both ends included. */
  whole(from: number, upTo: number): number {
    return from + Math.floor(this.next() * (upTo - from + 1));
  }

  happens(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    const found = items[Math.floor(this.next() * items.length)];
    if (found === undefined) throw new RangeError('there is nothing to pick from');
    return found;
  }

  /** A factor around 1: half of them between 1/spread and spread. */
  factor(spread: number): number {
    const bell = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    return Math.exp(bell * Math.log(spread) * 1.48);
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits)
      text += Math.floor(this.next() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return text.slice(0, digits);
  }
}
