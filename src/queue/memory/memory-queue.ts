import type { Clock } from '../../host/index.ts';
import type { JobId } from '../../primitives/index.ts';
import { forgot } from '../forgot.ts';
import {
  type Claimant,
  type ClaimRequest,
  defaultLongestWaitMs,
  type Lease,
  type QueueBackend,
  type QueueCounts,
  type QueueEntry,
} from '../queue-backend.ts';
import { addRoom, freeOf, needOf } from '../room.ts';
import { nextFor, type Stock } from './order.ts';

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
  #firstFence = 0;
  #word: string | undefined;

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
    const leases: Lease[] = [];
    let free = freeOf(request);
    while (leases.length < request.max) {
      const left = { ...request, freeMemoryBytes: free.memoryBytes, freeDiskBytes: free.diskBytes };
      const entry = nextFor(left, this.#stock(), now - this.#longestWaitMs);
      const held = entry && this.#held.get(entry.job);
      if (!held) break;
      this.#fence += 1;
      const { builder, leaseMs } = request;
      held.lease = { entry, builder, fence: this.#fence, untilMs: now + leaseMs };
      leases.push(held.lease);
      free = addRoom(free, needOf(entry), -1);
    }
    // A builder that held back for an overdue job may go on once another one took it.
    if (leases.length > 0) this.#wake();
    return leases;
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
    if (!held && this.#word === undefined && !this.#gave(lease)) throw forgot(lease);
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
    this.#wake();
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

  async memory(): Promise<string | undefined> {
    return this.#word;
  }

  async mark(word: string, fenceAbove: number): Promise<void> {
    this.#word = word;
    this.#raiseFence(fenceAbove);
  }

  async restore(leases: readonly Lease[], leaseMs?: number): Promise<void> {
    for (const given of leases) {
      const lease = leaseMs === undefined ? given : { ...given, untilMs: this.#clock.nowMs() + leaseMs };
      this.#raiseFence(lease.fence);
      if (!this.#held.has(lease.entry.job)) this.#held.set(lease.entry.job, { entry: lease.entry, lease });
    }
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
    return nextFor(claimant, this.#stock(), this.#clock.nowMs() - this.#longestWaitMs) !== undefined;
  }

  #stock(): Stock {
    const held = [...this.#held.values()];
    return {
      ready: held.filter(({ lease }) => !lease).map(({ entry }) => entry),
      leases: held.flatMap(({ lease }) => lease ?? []),
    };
  }

  /** Whether this queue gave that fence; if not, the lease comes from one that was lost. */
  #gave({ fence }: Lease): boolean {
    return fence > this.#firstFence && fence <= this.#fence;
  }

  #raiseFence(above: number): void {
    if (above <= this.#fence) return;
    this.#fence = above;
    this.#firstFence = above;
  }

  #wake(): void {
    for (const waiter of [...this.#waiting]) if (this.#hasWorkFor(waiter.claimant)) waiter.wake();
  }
}
