/** Lets at most so many pieces of work run at one time; the others wait in the order in which they came. */
export class Slots {
  #free: number;
  /** Places that are taken back when those who have them are done. */
  #owed = 0;
  readonly #waiting: (() => void)[] = [];

  /** A count below one is one. */
  constructor(count: number) {
    this.#free = Math.max(1, Math.floor(count));
  }

  /** Runs `work` when it is its turn; returns and throws what it does. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** Gives so many places more until what is returned is called: while those who have places can do nothing. */
  lend(count: number): () => void {
    const lent = Math.max(0, Math.floor(count));
    for (let given = 0; given < lent; given += 1) this.#leave();
    let isBack = false;
    return () => {
      if (isBack) return;
      isBack = true;
      const now = Math.min(this.#free, lent);
      this.#free -= now;
      this.#owed += lent - now;
    };
  }

  #leave(): void {
    if (this.#owed > 0) {
      this.#owed -= 1;
      return;
    }
    const next = this.#waiting.shift();
    // the slot goes from hand to hand
    if (next) next();
    else this.#free += 1;
  }
}
