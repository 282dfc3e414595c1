import { fault, type Problem, type ProblemError } from '../diagnostics/index.ts';
import type { Clock, Random } from '../host/index.ts';
import type { HostBudget } from './fetch-request.ts';

/** First pause after a failure, and the longest one of our own, in milliseconds. */
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** The longest pause that a host may ask for unless somebody allows more; one that asks for more is left alone. */
export const usualMaxPauseMs = longestPauseMs;
/** What is waited for without a word. */
const quietPauseMs = 10_000;
/** Rounds of failures, with no answer between them, after which a host is left alone; a time limit that ran out counts twice. */
const patience = 5;

/** A pause that a host asks for; requests to others go on. */
export interface HostPause {
  /** With the port where the address has one. */
  readonly host: string;
  readonly milliseconds: number;
  readonly until: Date;
  readonly because: Problem;
}

interface Waiting {
  readonly start: () => void;
  readonly refuse: (error: ProblemError) => void;
}

/** The queue of requests to one host: so many at once, so far apart, paused by failures, and closed after too many of them. */
export class HostLane {
  readonly #host: string;
  readonly #budget: HostBudget;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #maxPauseMs: number;
  readonly #onPause: (pause: HostPause) => void;
  readonly #queue: Waiting[] = [];
  #running = 0;
  #nextStartMs = 0;
  #pausedUntilMs = 0;
  /** Ends the sleep before the next start; there is one sleeper at most. */
  #alarm: AbortController | undefined;
  #failures = 0;
  #lastFailureMs = Number.NEGATIVE_INFINITY;
  #leftAlone: Problem | undefined;

  constructor(of: {
    readonly host: string;
    readonly budget: HostBudget;
    readonly clock: Clock;
    readonly random: Random;
    readonly maxPauseMs?: number | undefined;
    readonly onPause?: ((pause: HostPause) => void) | undefined;
  }) {
    this.#host = of.host;
    this.#budget = of.budget;
    this.#clock = of.clock;
    this.#random = of.random;
    this.#maxPauseMs = of.maxPauseMs ?? usualMaxPauseMs;
    this.#onPause = of.onPause ?? (() => {});
  }

  /** Why the host is left alone; undefined while it is asked. */
  get leftAlone(): Problem | undefined {
    return this.#leftAlone;
  }

  /**
   * Waits for a turn; the caller calls what it gets when the exchange is over. Throws FET011 once the host is left alone, and
   * FET015 when called off.
   */
  async turn(signal: AbortSignal | undefined): Promise<() => void> {
    if (this.#leftAlone) throw this.#refusal();
    if (signal?.aborted) throw calledOff(this.#host);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { start: resolve, refuse: reject };
    const leave = (): void => {
      const at = this.#queue.indexOf(waiting);
      if (at >= 0) this.#queue.splice(at, 1);
      this.#stopIdleAlarm();
      reject(calledOff(this.#host));
    };
    signal?.addEventListener('abort', leave, { once: true });
    this.#queue.push(waiting);
    this.#startNext();
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
    return () => {
      this.#running -= 1;
      this.#startNext();
    };
  }

  /** The host answered sensibly. */
  noteAnswer(): void {
    this.#failures = 0;
  }

  /**
   * The host failed on a request that began at `startedMs` (monotonic); the next ones wait, at least as long as it asks for. Requests
   * that were under way together fail together and count once.
   */
  noteFailure(startedMs: number, failed: Problem, askedPauseMs?: number): void {
    const now = this.#clock.monotonicMs();
    if (startedMs >= this.#lastFailureMs) {
      this.#failures += failed.code === 'FET002' ? 2 : 1;
      this.#lastFailureMs = now;
      const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#failures - 1));
      this.#pauseUntil(now + pause * (0.5 + this.#chance() / 2));
    }
    const isTooLong = (askedPauseMs ?? 0) > this.#maxPauseMs;
    if (this.#failures >= patience || isTooLong) this.#leaveAlone(failed);
    else if (askedPauseMs !== undefined) this.#pauseAsAsked(now + askedPauseMs, failed);
  }

  #pauseAsAsked(untilMs: number, because: Problem): void {
    const milliseconds = untilMs - this.#clock.monotonicMs();
    // those that failed together ask for the same pause: it is told once
    const isNews = milliseconds > quietPauseMs && untilMs > this.#pausedUntilMs + quietPauseMs;
    this.#pauseUntil(untilMs);
    if (!isNews) return;
    const until = new Date(this.#clock.nowMs() + milliseconds);
    this.#onPause({ host: this.#host, milliseconds, until, because });
  }

  #pauseUntil(timeMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, timeMs);
  }

  #leaveAlone(because: Problem): void {
    this.#leftAlone ??= because;
    for (const waiting of this.#queue.splice(0)) waiting.refuse(this.#refusal());
    this.#stopIdleAlarm();
  }

  #refusal(): ProblemError {
    const because = this.#leftAlone;
    return fault('FET011', {
      what: `'${this.#host}' is left alone for the rest of the run`,
      why: because && `It failed before: ${because.code} ${because.what}.`,
    });
  }

  #startNext(): void {
    while (this.#running < this.#budget.atOnce && this.#queue.length > 0) {
      const now = this.#clock.monotonicMs();
      const waitMs = Math.max(this.#nextStartMs, this.#pausedUntilMs) - now;
      if (waitMs > 0) {
        this.#wakeIn(waitMs);
        return;
      }
      this.#running += 1;
      this.#nextStartMs = now + this.#budget.gapMs;
      this.#queue.shift()?.start();
    }
  }

  #wakeIn(waitMs: number): void {
    if (this.#alarm) return;
    const alarm = new AbortController();
    this.#alarm = alarm;
    // whole milliseconds: a clock may wake a little early, and would be asked again at once
    void this.#clock.sleep(Math.ceil(waitMs), alarm.signal).then(() => {
      this.#alarm = undefined;
      this.#startNext();
    });
  }

  /** A sleep that nobody waits for any more would keep the program from ending. */
  #stopIdleAlarm(): void {
    if (this.#queue.length === 0) this.#alarm?.abort();
  }

  /** From 0 up to 1. */
  #chance(): number {
    return Number.parseInt(this.#random.hex(4), 16) / 2 ** 32;
  }
}

/** The problem of a request that nobody waits for any more. */
export function calledOff(host: string): ProblemError {
  return fault('FET015', { what: `the request to '${host}' is called off` });
}
