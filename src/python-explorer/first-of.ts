/** Keeps the first of a list whose length others decide on, and counts the rest. */
export class FirstOf<Value> {
  readonly kept: Value[] = [];
  /** How many were left out. */
  leftOut = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(value: Value): void {
    if (this.kept.length < this.#most) this.kept.push(value);
    else this.leftOut += 1;
  }
}
