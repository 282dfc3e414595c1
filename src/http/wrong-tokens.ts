import type { Clock } from '../host/index.ts';

const windowMs = 60_000;
/** Addresses that are remembered; beyond it the oldest is forgotten, so that many addresses fill no memory. */
const mostAddresses = 10_000;

interface Count {
  readonly sinceMs: number;
  wrong: number;
}

/** Slows down whoever guesses tokens: an address with too many wrong ones is told to wait for the minute to end. */
export class WrongTokens {
  readonly #counts = new Map<string, Count>();
  readonly #limit: number;
  readonly #clock: Clock;

  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Seconds that the address has to wait; 0 when it may try. */
  waitSeconds(address: string): number {
    const count = this.#current(address);
    if (count === undefined || count.wrong < this.#limit) return 0;
    return Math.max(1, Math.ceil((count.sinceMs + windowMs - this.#clock.monotonicMs()) / 1000));
  }

  note(address: string): void {
    const count = this.#current(address);
    if (count !== undefined) {
      count.wrong += 1;
      return;
    }
    if (this.#counts.size >= mostAddresses) {
      const oldest = this.#counts.keys().next();
      if (!oldest.done) this.#counts.delete(oldest.value);
    }
    this.#counts.set(address, { sinceMs: this.#clock.monotonicMs(), wrong: 1 });
  }

  #current(address: string): Count | undefined {
    const count = this.#counts.get(address);
    if (count === undefined || this.#clock.monotonicMs() - count.sinceMs < windowMs) return count;
    this.#counts.delete(address);
    return undefined;
  }
}
