/** How many of a kind are kept at hand. */
const mostNoted = 25_000;

/** What is known without asking; all of it is forgotten when it gets too much. */
export class Noted<Key, Known> {
  readonly #all = new Map<Key, Known>();

  get(key: Key): Known | undefined {
    return this.#all.get(key);
  }

  /** Keeps and returns it. */
  note(key: Key, known: Known): Known {
    if (this.#all.size >= mostNoted) this.#all.clear();
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
