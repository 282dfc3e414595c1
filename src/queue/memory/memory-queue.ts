import type { Clock } from '../../host/index.ts';
import type { JobId } from '../../primitives/index.ts';
import { fitOf, mayTake } from '../class-fit.ts';
import {
  type Claimant,
  type ClaimRequest,
  defaultLongestWaitMs,
  type Lease,
  type QueueBackend,
  type QueueCounts,
  type QueueEntry,
} from '../queue-backend.ts';

interface Held {
  entry: QueueEntry;
  lease: Lease | undefined;
}

/** The queue's twin for tests and simulations: the same promises, in one process's memory. */
export class MemoryQueue implements QueueBackend {
  readonly #clock: Clock;
  readonly #longestWaitMs: number;
  readonly #held = new Map<JobId, Held>();
  readonly #waiting = new Set<{ claimant: Claimant; wake: () => void }>();
  #fence = 0;

  constructor(options: { clock: Clock; longestWaitMs?: number }) {
    this.#clock = options.clock;
    this.#longestWaitMs = options.longestWaitMs ?? defaultLongestWaitMs;
  }

  async offer(entries: readonly QueueEntry[]): Promise<void> {
    for (const entry of entries) {
      const known = this.#held.get(entry.job);
      if (known && known.entry.offer >= entry.offer) continue;
      this.#held.set(entry.job, { entry, lease: undefined });
    }
    this.#wake();
  }

  async claim(request: ClaimRequest): Promise<readonly Lease[]> {
    const now = this.#clock.nowMs();
    const fitting = [...this.#held.values()]
      .filter((held) => !held.lease && mayTake(request, held.entry.buildClass))
      .sort((a, b) => compareEntries(a.entry, b.entry, now - this.#longestWaitMs));
    return fitting.slice(0, request.max).map((held) => {
      this.#fence += 1;
      const lease = {
        entry: held.entry,
        builder: request.builder,
        fence: this.#fence,
        untilMs: now + request.leaseMs,
      };
      held.lease = lease;
      return lease;
    });
  }

  wait(claimant: Claimant, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#hasWorkFor(claimant)) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter = {
        claimant,
        wake: (): void => {
          this.#waiting.delete(waiter);
          signal.removeEventListener('abort', waiter.wake);
          resolve();
        },
      };
      this.#waiting.add(waiter);
      signal.addEventListener('abort', waiter.wake, { once: true });
    });
  }

  async renew(lease: Lease, leaseMs: number): Promise<Lease | undefined> {
    const held = this.#current(lease);
    if (!held) return undefined;
    held.lease = { ...lease, entry: held.entry, untilMs: this.#clock.nowMs() + leaseMs };
    return held.lease;
  }

  async settle(lease: Lease): Promise<'accepted' | 'stale'> {
    if (!this.#current(lease)) return 'stale';
    this.#held.delete(lease.entry.job);
    return 'accepted';
  }

  async release(lease: Lease): Promise<'accepted' | 'stale'> {
    const held = this.#current(lease);
    if (!held) return 'stale';
    held.lease = undefined;
    this.#wake();
    return 'accepted';
  }

  async withdraw(jobs: readonly JobId[]): Promise<void> {
    for (const job of jobs) this.#held.delete(job);
  }

  async reap(): Promise<readonly Lease[]> {
    const now = this.#clock.nowMs();
    const lost: Lease[] = [];
    for (const held of this.#held.values()) {
      if (!held.lease || held.lease.untilMs > now) continue;
      lost.push(held.lease);
      held.lease = undefined;
    }
    if (lost.length > 0) this.#wake();
    return lost;
  }

  async counts(): Promise<QueueCounts> {
    const leased = [...this.#held.values()].filter(({ lease }) => lease).length;
    return { ready: this.#held.size - leased, leased };
  }

  async list(): Promise<readonly { entry: QueueEntry; lease?: Lease }[]> {
    return [...this.#held.values()].map(({ entry, lease }) => (lease ? { entry, lease } : { entry }));
  }

  async close(): Promise<void> {
    for (const waiter of [...this.#waiting]) waiter.wake();
  }

  #current(lease: Lease): Held | undefined {
    const held = this.#held.get(lease.entry.job);
    const current = held?.lease?.fence === lease.fence && held.entry.offer === lease.entry.offer;
    return current ? held : undefined;
  }

  #hasWorkFor(claimant: Claimant): boolean {
    for (const { entry, lease } of this.#held.values()) {
      if (!lease && mayTake(claimant, entry.buildClass)) return true;
    }
    return false;
  }

  #wake(): void {
    for (const waiter of [...this.#waiting]) if (this.#hasWorkFor(waiter.claimant)) waiter.wake();
  }
}

/** Which of two fitting entries goes first; those ready since `overdueMs` or longer go by age alone. */
function compareEntries(a: QueueEntry, b: QueueEntry, overdueMs: number): number {
  const age = a.readySinceMs - b.readySinceMs || a.offer - b.offer;
  const aOverdue = a.readySinceMs <= overdueMs;
  if (aOverdue !== b.readySinceMs <= overdueMs) return aOverdue ? -1 : 1;
  if (aOverdue) return age;
  return rankForOrder(b) - rankForOrder(a) || b.priority - a.priority || age;
}

function rankForOrder(entry: QueueEntry): number {
  const fit = fitOf(entry.buildClass);
  return 'address' in fit ? Number.MAX_VALUE : fit.rank;
}
