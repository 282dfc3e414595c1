import type { FarmDatabase } from '../database/index.ts';
import { type Clock, nextTurn } from '../host/index.ts';
import type { JobId } from '../primitives/index.ts';
import type { QueueEntry } from '../queue/index.ts';
import { type Effects, Motion, type MotionPolicy } from './motion.ts';

/** One batch that the disk works on, and one that is written meanwhile. */
const mostUnflushed = 2;

/** What the queue has to hear of the works of one transaction, as one message. */
export interface QueueNews {
  /** The ends of leases; they know nothing of one another. */
  readonly afterwards: readonly (() => Promise<void>)[];
  /** Goes before `offer`. */
  readonly withdraw: readonly JobId[];
  readonly offer: readonly QueueEntry[];
}

export interface CommitsParts {
  readonly database: FarmDatabase;
  readonly clock: Clock;
  readonly policy: MotionPolicy;
  /** Called for each work in order, once it is on disk; must not throw. */
  readonly onCommitted: (effects: Effects) => void;
  /** Tells the queue; resolves when the callers may hear that their work is done. */
  readonly tell: (news: QueueNews) => Promise<void>;
}

/** What goes with a work. */
export interface CommitTerms {
  /** What the queue has to hear when the work is on disk. */
  readonly afterwards?: (() => Promise<void>) | undefined;
  /** The caller ends with this process, and tells nobody of the work before it is on disk: it hears of it once it is written. */
  readonly isEarly?: boolean | undefined;
}

interface Pending {
  readonly work: (motion: Motion) => unknown;
  readonly afterwards: (() => Promise<void>) | undefined;
  readonly isEarly: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Done {
  readonly pending: Pending;
  readonly value: unknown;
  readonly effects: Effects;
}

/**
 * Writes to the record what was asked for in one moment as one transaction: forcing it to disk costs the same for one
 * move and for a hundred. Each work stands or falls alone all the same. While the disk is at it the next transaction is
 * written already, so that others who read the record may see what is not told yet; what they write goes to disk after it.
 */
export class Commits {
  readonly #parts: CommitsParts;
  #pending: Pending[] = [];
  /** Batches that are written and not on disk yet, oldest first; none of them rejects. */
  readonly #unflushed: Promise<unknown>[] = [];
  /** Whether what is asked for waits for the disk before it is written. */
  #isHeld = false;
  /** Ends with the newest batch. */
  #underWay: Promise<void> = Promise.resolve();

  constructor(parts: CommitsParts) {
    this.#parts = parts;
  }

  /** Resolves with what the work returned when it is on disk and the queue was told; rejects with what it threw. */
  run<T>(work: (motion: Motion) => T, { afterwards, isEarly = false }: CommitTerms = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const pending = { work, afterwards, isEarly, resolve: resolve as Pending['resolve'], reject };
      if (this.#pending.push(pending) === 1 || (isEarly && this.#isHeld)) this.#begin(isEarly);
    });
  }

  /**
   * A batch that waits for its flush waits for the one before it, too: those that come meanwhile are better written as one. A
   * caller that does not wait for the disk does not wait for that either.
   */
  #begin(isEarly: boolean): void {
    this.#isHeld = !isEarly && this.#unflushed.length >= mostUnflushed;
    const due = this.#isHeld ? this.#unflushed[0] : nextTurn();
    this.#underWay = Promise.resolve(due).then(() => this.#flush());
  }

  /** Resolves when what was asked for so far is on disk, or could not be written, and was passed on. */
  over(): Promise<void> {
    return this.#underWay;
  }

  async #flush(): Promise<void> {
    const batch = this.#pending;
    this.#pending = [];
    this.#isHeld = false;
    const done = this.#write(batch);
    if (done.length === 0) return;
    for (const { pending, value } of done) if (pending.isEarly) pending.resolve(value);
    // The disk works while the next batch is written; batches come back in their order.
    const flushed = this.#parts.database.flushed();
    const over = flushed.then(
      () => this.#unflushed.splice(0, 1),
      () => this.#unflushed.splice(0, 1),
    );
    this.#unflushed.push(over);
    try {
      await flushed;
    } catch (error) {
      rejectAll(done, error);
      return;
    }
    this.#announce(done);
  }

  #announce(done: readonly Done[]): void {
    for (const { effects } of done) this.#parts.onCommitted(effects);
    const [news, quiet] = parted(done);
    for (const { pending, value } of quiet) pending.resolve(value);
    if (news.length === 0) return;
    this.#parts.tell(newsOf(news)).then(
      () => {
        for (const { pending, value } of news) pending.resolve(value);
      },
      (error: unknown) => rejectAll(news, error),
    );
  }

  /** All of a batch at once; when one of them fails, each on its own, so that the others do not pay for it. */
  #write(batch: readonly Pending[]): readonly Done[] {
    try {
      return this.#parts.database.transactionAhead(() => batch.map((pending) => this.#perform(pending)));
    } catch (error) {
      if (batch.length > 1) return batch.flatMap((pending) => this.#write([pending]));
      batch[0]?.reject(error);
      return [];
    }
  }

  #perform(pending: Pending): Done {
    const { database, policy, clock } = this.#parts;
    const motion = new Motion(database, policy, clock.nowMs());
    const value = pending.work(motion);
    motion.spread();
    return { pending, value, effects: motion.effects };
  }
}

/** What is left to say when several works are told at once: a later word on a job takes the place of an earlier one. */
function newsOf(done: readonly Done[]): QueueNews {
  const withdraw = new Set<JobId>();
  const offer = new Map<JobId, QueueEntry>();
  for (const { effects } of done) {
    for (const job of effects.withdraw) {
      withdraw.add(job);
      offer.delete(job);
    }
    for (const entry of effects.offer) offer.set(entry.job, entry);
  }
  const afterwards = done.flatMap(({ pending }) => pending.afterwards ?? []);
  return { afterwards, withdraw: [...withdraw], offer: [...offer.values()] };
}

/** Works that the queue has to hear of, and those that are done when they are on disk. */
function parted(done: readonly Done[]): [news: readonly Done[], quiet: readonly Done[]] {
  const isNews = ({ pending, effects }: Done): boolean =>
    pending.afterwards !== undefined || effects.withdraw.length > 0 || effects.offer.length > 0;
  return [done.filter(isNews), done.filter((one) => !isNews(one))];
}

function rejectAll(done: readonly Done[], error: unknown): void {
  for (const { pending } of done) pending.reject(error);
}
