import type { FarmDatabase } from '../database/index.ts';
import { type Clock, nextTurn } from '../host/index.ts';
import type { JobId } from '../primitives/index.ts';
import type { QueueEntry } from '../queue/index.ts';
import { type Effects, Motion } from './motion.ts';

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
  readonly maxRequeues: number;
  /** Called for each work in order, once all of them are on disk. */
  readonly onCommitted: (effects: Effects) => void;
  /** Tells the queue; resolves when the callers may hear that their work is done. */
  readonly tell: (news: QueueNews) => Promise<void>;
}

interface Pending {
  readonly work: (motion: Motion) => unknown;
  readonly afterwards: (() => Promise<void>) | undefined;
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
 * move and for a hundred. Each work stands or falls alone all the same.
 */
export class Commits {
  readonly #parts: CommitsParts;
  #pending: Pending[] = [];

  constructor(parts: CommitsParts) {
    this.#parts = parts;
  }

  /** Resolves with what the work returned when it is on disk and the queue was told; rejects with what it threw. */
  run<T>(work: (motion: Motion) => T, afterwards?: () => Promise<void>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const pending = { work, afterwards, resolve: resolve as Pending['resolve'], reject };
      if (this.#pending.push(pending) === 1) nextTurn().then(() => this.#flush());
    });
  }

  #flush(): void {
    const batch = this.#pending;
    this.#pending = [];
    const done = this.#write(batch);
    for (const { effects } of done) this.#parts.onCommitted(effects);
    this.#parts.tell(newsOf(done)).then(
      () => {
        for (const { pending, value } of done) pending.resolve(value);
      },
      (error: unknown) => {
        for (const { pending } of done) pending.reject(error);
      },
    );
  }

  /** All of a batch at once; when one of them fails, each on its own, so that the others do not pay for it. */
  #write(batch: readonly Pending[]): readonly Done[] {
    try {
      return this.#parts.database.transaction(() => batch.map((pending) => this.#perform(pending)));
    } catch (error) {
      if (batch.length > 1) return batch.flatMap((pending) => this.#write([pending]));
      batch[0]?.reject(error);
      return [];
    }
  }

  #perform(pending: Pending): Done {
    const { database, maxRequeues, clock } = this.#parts;
    const motion = new Motion(database, { maxRequeues }, clock.nowMs());
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
