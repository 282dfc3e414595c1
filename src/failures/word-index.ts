const escaped = (word: string): string => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Which of many literals are in a text, in one pass over it. */
export class WordIndex<Owner> {
  readonly #pattern: RegExp;
  /** By the word that the pattern finds at a place: all words that may begin there, with whose they are. */
  readonly #at = new Map<string, readonly { readonly word: string; readonly owners: readonly Owner[] }[]>();

  /** `owners` in the order in which they are to be told. The words are in lower case. */
  constructor(owners: readonly Owner[], wordsOf: (owner: Owner) => readonly string[]) {
    const words = [...new Set(owners.flatMap(wordsOf))];
    this.#pattern = new RegExp(words.map(escaped).join('|'), 'g');
    for (const found of words) {
      const kin = words.filter((word) => word.startsWith(found) || found.startsWith(word));
      this.#at.set(
        found,
        kin.map((word) => ({ word, owners: owners.filter((owner) => wordsOf(owner).includes(word)) })),
      );
    }
  }

  /** Whether one of the words is in a text, in lower case. */
  isIn(lower: string): boolean {
    this.#pattern.lastIndex = 0;
    return this.#pattern.test(lower);
  }

  /** Place of the next word from a place on; -1 when there is none. */
  next(lower: string, from: number): number {
    this.#pattern.lastIndex = from;
    return this.#pattern.exec(lower)?.index ?? -1;
  }

  /** Whose words are in a text, in lower case. */
  ownersIn(lower: string): ReadonlySet<Owner> {
    const found = new Set<Owner>();
    this.#pattern.lastIndex = 0;
    for (let match = this.#pattern.exec(lower); match !== null; match = this.#pattern.exec(lower)) {
      for (const { word, owners } of this.#at.get(match[0]) ?? []) {
        if (word.length > match[0].length && !lower.startsWith(word, match.index)) continue;
        for (const owner of owners) found.add(owner);
      }
      this.#pattern.lastIndex = match.index + 1;
    }
    return found;
  }
}
