import type { Code, Problem } from '../diagnostics/index.ts';
import { messageOf, problem } from '../diagnostics/index.ts';
import type { Clock } from '../host/index.ts';
import type { Batch, Deliverer, Delivery } from './deliverer.ts';
import type { Outbox } from './outbox.ts';
import { TokenBucket } from './token-bucket.ts';

export interface LaneOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly report: (problem: Problem) => void;
  /** Age at which a message that cannot be delivered is given up. */
  readonly giveUpMs: number;
  /** After each step, whatever came of it. */
  readonly onStep: () => void;
}

/** Numbers of messages since the start. `retried` counts attempts that have to be repeated. */
export interface LaneCounts {
  readonly sent: number;
  readonly retried: number;
  readonly failed: number;
}

const firstPauseMs = 1000;
const longestPauseMs = 600_000;
/** Failures in a row after which the service is taken to be down, and asked with one call at a time. */
const manyFailures = 4;
const downPauseMs = 60_000;
/** Somebody else may have put messages in. */
const longestSleepMs = 30_000;
const troublePauseMs = 5000;
const digestLimit = 500;
const shutdownGraceMs = 3000;

const backOff = (failures: number, most: number): number =>
  Math.min(most, firstPauseMs * 2 ** (failures - 1));

/**
 * Carries the messages of one channel: in order within a context, side by side over contexts, no faster than
 * the channel's pace. A message is marked after it was sent; a crash between both sends it once more.
 */
export class Lane {
  readonly #deliverer: Deliverer;
  readonly #options: LaneOptions;
  readonly #bucket: TokenBucket;
  readonly #flights = new Map<number, Promise<void>>();
  readonly #told = new Set<string>();
  readonly #abort = new AbortController();
  #counts = { sent: 0, retried: 0, failed: 0 };
  #failuresInARow = 0;
  #pausedUntilMs = 0;
  #sentAt: number[] = [];
  #stopped = false;
  #wake = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deliverer: Deliverer, options: LaneOptions) {
    this.#deliverer = deliverer;
    this.#options = options;
    this.#bucket = new TokenBucket(options.clock, deliverer.pace);
  }

  get channel(): string {
    return this.#deliverer.channel;
  }

  get counts(): LaneCounts {
    return this.#counts;
  }

  get busy(): boolean {
    return this.#flights.size > 0;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Look again: there may be something to do. */
  wake(): void {
    this.#wake.abort();
  }

  /** Begins nothing new, waits a moment for what is under way, then breaks it off; it stays in the outbox. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.wake();
    await this.#running;
    const under = Promise.allSettled(this.#flights.values());
    const grace = new AbortController();
    const over = this.#options.clock.sleep(shutdownGraceMs, grace.signal);
    await Promise.race([under, over]);
    grace.abort();
    this.#abort.abort();
    await under;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#wake = new AbortController();
      let waitMs = troublePauseMs;
      try {
        waitMs = this.#startDue();
      } catch (error) {
        this.#trouble(error);
      }
      await this.#options.clock.sleep(Math.min(Math.max(1, waitMs), longestSleepMs), this.#wake.signal);
    }
  }

  /** Starts what may be started now; ms until there may be more. */
  #startDue(): number {
    const { clock } = this.#options;
    const { pace } = this.#deliverer;
    for (;;) {
      const now = clock.nowMs();
      if (this.#pausedUntilMs > now) return this.#pausedUntilMs - now;
      const most = this.#failuresInARow >= manyFailures ? 1 : pace.parallel;
      if (this.#flights.size >= most) return longestSleepMs;
      const next = this.#deliverer.digest ? this.#nextOfDigest(now) : this.#nextHead(now, pace.parallel);
      if (typeof next === 'number') return next;
      const waitMs = this.#bucket.take();
      if (waitMs > 0) return waitMs;
      this.#launch(next);
    }
  }

  #nextHead(nowMs: number, limit: number): Batch | number {
    const { outbox } = this.#options;
    const row = outbox.dueHeads(this.channel, nowMs, limit).find(({ id }) => !this.#flights.has(id));
    if (row) return [row];
    return (outbox.nextHeadMs(this.channel, nowMs) ?? Number.POSITIVE_INFINITY) - nowMs;
  }

  /** All in one order; as many messages as the window allows, and then everything in one. */
  #nextOfDigest(nowMs: number): Batch | number {
    const { messages, windowMs } = this.#deliverer.digest ?? { messages: 1, windowMs: 0 };
    if (this.#flights.size > 0) return longestSleepMs;
    const rows = this.#options.outbox.waiting(this.channel, digestLimit);
    const [first, ...others] = rows;
    if (!first) return longestSleepMs;
    if (first.nextMs > nowMs) return first.nextMs - nowMs;
    this.#sentAt = this.#sentAt.filter((at) => at > nowMs - windowMs);
    const free = messages - this.#sentAt.length;
    if (free <= 0) return (this.#sentAt[0] ?? nowMs) + windowMs - nowMs;
    return rows.length <= free ? [first] : [first, ...others];
  }

  #launch(rows: Batch): void {
    const [{ id }] = rows;
    const flight = this.#carry(rows).finally(() => {
      this.#flights.delete(id);
      this.wake();
      this.#options.onStep();
    });
    this.#flights.set(id, flight);
  }

  async #carry(rows: Batch): Promise<void> {
    if (this.#deliverer.digest) this.#sentAt.push(this.#options.clock.nowMs());
    const delivery = await this.#deliverer
      .deliver(rows, this.#abort.signal)
      .catch((error: unknown): Delivery => ({ kind: 'later', reason: String(error) }));
    if (this.#abort.signal.aborted && delivery.kind === 'later') return;
    try {
      this.#settle(rows, delivery);
    } catch (error) {
      // Not marked, so it is sent again: better twice than never.
      this.#pausedUntilMs = this.#options.clock.nowMs() + troublePauseMs;
      this.#trouble(error);
    }
  }

  #settle(rows: Batch, delivery: Delivery): void {
    const { outbox, clock } = this.#options;
    const now = clock.nowMs();
    const ids = rows.map(({ id }) => id);
    if (delivery.kind === 'sent') {
      outbox.markSent(ids, now);
      this.#counts.sent += ids.length;
      this.#failuresInARow = 0;
      this.#told.clear();
    } else if (delivery.kind === 'refused') {
      outbox.markFailed(ids, now, delivery.reason);
      this.#counts.failed += ids.length;
      this.#failuresInARow = 0;
      this.#tell('NTF002', delivery.reason, `'${this.channel}' refuses a notification: ${delivery.reason}`);
    } else this.#again(rows, delivery, now);
  }

  #again(rows: Batch, delivery: Extract<Delivery, { kind: 'later' }>, now: number): void {
    const { outbox, giveUpMs } = this.#options;
    const { reason, retryAfterMs } = delivery;
    // A service that asks for patience is not down.
    if (!delivery.all) this.#failuresInARow += 1;
    const isDown = this.#failuresInARow >= manyFailures;
    const old = rows.filter(({ createdMs }) => createdMs <= now - giveUpMs).map(({ id }) => id);
    const rest = rows.filter(({ id }) => !old.includes(id));
    if (old.length > 0) {
      outbox.markFailed(old, now, reason);
      const others = isDown ? outbox.expire(this.channel, now - giveUpMs, { nowMs: now, reason }) : 0;
      const count = old.length + others;
      this.#counts.failed += count;
      const hours = Math.round(giveUpMs / 3_600_000);
      const many = count === 1 ? 'a notification' : `${count} notifications`;
      this.#tell(
        'NTF003',
        reason,
        `'${this.channel}' could not deliver ${many} within ${hours} h: ${reason}`,
      );
    }
    if (rest.length > 0) {
      const attempts = Math.max(...rest.map((row) => row.attempts)) + 1;
      const waitMs = retryAfterMs ?? backOff(attempts, longestPauseMs);
      const ids = rest.map(({ id }) => id);
      outbox.postpone(ids, now + waitMs, reason);
      this.#counts.retried += ids.length;
    }
    const pauseMs = delivery.all
      ? (retryAfterMs ?? firstPauseMs * 2)
      : isDown
        ? backOff(this.#failuresInARow - manyFailures + 1, downPauseMs)
        : 0;
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, now + pauseMs);
  }

  /** Once per cause, until something is sent again. */
  #tell(code: Code, cause: string, what: string): void {
    const key = `${code} ${cause}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#options.report(problem(code, { what }));
  }

  #trouble(error: unknown): void {
    const words = messageOf(error);
    this.#tell('NTF005', words, `messages of '${this.channel}' cannot be read or marked: ${words}`);
  }
}
