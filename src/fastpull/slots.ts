/** Lets at most so many pieces of work run at one time; the others wait in the order in which they came. */
export class Slots {
  #free: number;
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
      const next = this.#waiting.shift();
      // the slot goes from hand to hand
      if (next) next();
      else this.#free += 1;
    }
  }
}
