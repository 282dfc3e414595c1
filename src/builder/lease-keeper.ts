import type { Clock } from '../host/index.ts';
import type { Lease, QueueBackend } from '../queue/index.ts';

export interface LeaseKeeperOptions {
  readonly queue: QueueBackend;
  readonly clock: Clock;
  /** Length of a lease, in milliseconds; it is renewed three times in that time. */
  readonly leaseMs: number;
  /** How long a lease counts as kept while the queue cannot be asked, in milliseconds of this machine's own time. */
  readonly patienceMs: number;
  /** Told of each renewal that failed. */
  readonly onTrouble: ((error: unknown) => void) | undefined;
}

interface Kept {
  lease: Lease;
  dueMs: number;
  renewedMs: number;
  readonly onLost: () => void;
  isOver: boolean;
}

/** Renews the leases of a builder, all of them with one timer. */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  /** The one that is due first comes first: all are renewed equally often. */
  readonly #kept = new Set<Kept>();
  readonly #over = new AbortController();
  readonly #renewing = new Set<Promise<void>>();
  #isWatching = false;
  #watching: Promise<void> | undefined;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  /** Renews a lease until the result is called; `onLost` is, once, when it was lost. */
  keep(lease: Lease, onLost: () => void): () => void {
    const nowMs = this.#options.clock.monotonicMs();
    const kept = { lease, dueMs: nowMs + this.#everyMs, renewedMs: nowMs, onLost, isOver: false };
    this.#add(kept);
    return () => {
      kept.isOver = true;
      this.#kept.delete(kept);
    };
  }

  /** Renews nothing any more; resolves when no renewal is under way. */
  async close(): Promise<void> {
    this.#over.abort();
    this.#kept.clear();
    await this.#watching;
    await Promise.all(this.#renewing);
  }

  get #everyMs(): number {
    return this.#options.leaseMs / 3;
  }

  #add(kept: Kept): void {
    if (this.#over.signal.aborted) return;
    this.#kept.add(kept);
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#watching = this.#watch();
  }

  async #watch(): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      const [first] = this.#kept;
      if (!first) break;
      const inMs = first.dueMs - clock.monotonicMs();
      if (inMs > 0) {
        await clock.sleep(inMs, this.#over.signal);
        continue;
      }
      this.#kept.delete(first);
      const renewing = this.#renew(first);
      this.#renewing.add(renewing);
      void renewing.then(() => this.#renewing.delete(renewing));
    }
    // said by a word of its own, as all of this may be over before there is a promise of it
    this.#isWatching = false;
  }

  async #renew(kept: Kept): Promise<void> {
    const { clock, queue, leaseMs, patienceMs, onTrouble } = this.#options;
    let isLost = false;
    try {
      const next = await queue.renew(kept.lease, leaseMs);
      kept.lease = next ?? kept.lease;
      isLost = next === undefined;
      kept.renewedMs = clock.monotonicMs();
    } catch (error) {
      onTrouble?.(error);
      isLost = clock.monotonicMs() - kept.renewedMs > patienceMs;
    }
    if (kept.isOver) return;
    if (isLost) kept.onLost();
    else {
      kept.dueMs = clock.monotonicMs() + this.#everyMs;
      this.#add(kept);
    }
  }
}
