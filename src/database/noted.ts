/** How many of a kind are kept at hand. */
const mostNoted = 25_000;

/** What is known without asking; all of it is forgotten when it gets too much. */
export class Noted<Key, Known> {
  readonly #all = new Map<Key, Known>();
  readonly #whenFull: () => void;

  /** `whenFull` clears it, together with others that tell only half without it. */
  constructor(whenFull: () => void = () => this.clear()) {
    this.#whenFull = whenFull;
  }

  get(key: Key): Known | undefined {
    return this.#all.get(key);
  }

  /** Keeps and returns it. */
  note(key: Key, known: Known): Known {
    if (this.#all.size >= mostNoted) this.#whenFull();
    this.#all.set(key, known);
    return known;
  }

  drop(key: Key): void {
    this.#all.delete(key);
  }

  clear(): void {
    this.#all.clear();
  }
}
