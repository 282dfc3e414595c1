import type { Clock } from '../../host/index.ts';

/** So long an answer holds whatever happens: however many look, it is put together a few times a second at most. */
const leastMs = 300;
/** So long it holds while nothing happens. */
const mostMs = 2_000;

/** An answer that many ask for, put together when the farm has moved since. */
export class KeptAnswer<Answer> {
  readonly #clock: Clock;
  readonly #make: () => Answer;
  /** Number of the newest event of the farm. */
  readonly #event: () => number;
  #kept: { readonly atMs: number; readonly event: number; readonly answer: Answer } | undefined;

  constructor(clock: Clock, event: () => number, make: () => Answer) {
    this.#clock = clock;
    this.#event = event;
    this.#make = make;
  }

  get(): Answer {
    const nowMs = this.#clock.monotonicMs();
    const kept = this.#kept;
    if (kept && nowMs - kept.atMs < leastMs) return kept.answer;
    const event = this.#event();
    if (kept && kept.event === event && nowMs - kept.atMs < mostMs) return kept.answer;
    const answer = this.#make();
    this.#kept = { atMs: nowMs, event, answer };
    return answer;
  }
}
