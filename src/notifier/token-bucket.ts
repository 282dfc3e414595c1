import type { Clock } from '../host/index.ts';

/** Lets through `perSecond` on average, and `burst` at once after a rest. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  constructor(clock: Clock, { perSecond, burst }: { readonly perSecond: number; readonly burst: number }) {
    this.#clock = clock;
    this.#perMs = perSecond / 1000;
    this.#burst = Math.max(1, burst);
    this.#tokens = this.#burst;
    this.#atMs = clock.monotonicMs();
  }

  /** Takes one and returns 0, or takes none and returns the ms until there is one. */
  take(): number {
    const now = this.#clock.monotonicMs();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#atMs) * this.#perMs);
    this.#atMs = now;
    // A hair less than a whole one counts, or rounding would let a sleeper wake too early for ever.
    if (this.#tokens > 1 - 1e-6) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.ceil((1 - this.#tokens) / this.#perMs);
  }
}
