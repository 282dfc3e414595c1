import type { JobId } from '../primitives/index.ts';
import { fitOf, mayTake } from './class-fit.ts';
import type { Claimant, QueueEntry } from './queue-backend.ts';
import { addRoom, fitsInto, freeOf, needOf, type Room } from './room.ts';

/** Entries that are alike in everything but priority, age and room. */
interface Lane {
  readonly like: QueueEntry;
  readonly rank: number;
  /** The best last, so that it is taken away cheaply. */
  readonly byPriority: QueueEntry[];
  /** The oldest first. */
  readonly byAge: QueueEntry[];
}

interface Leased {
  readonly entry: QueueEntry;
  readonly builder: string;
}

const none: Room = { memoryBytes: 0, diskBytes: 0 };

/**
 * The order of the queue (`QueueBackend.claim`) as a plain value, without leases' times and without waiting: what a simulation
 * asks which job goes next. The queues are compared with the same contract, and this with the plain text of it.
 */
export class ReadyStock {
  readonly #lanes = new Map<string, Lane>();
  readonly #ready = new Map<JobId, QueueEntry>();
  readonly #leases = new Map<JobId, Leased>();
  readonly #leasedOf = new Map<string, number>();
  readonly #held = new Map<string, Room>();

  /** How many jobs are ready. */
  get size(): number {
    return this.#ready.size;
  }

  /** Jobs that are ready, in no order. */
  entries(): Iterable<QueueEntry> {
    return this.#ready.values();
  }

  /** As `QueueBackend.offer`, of one entry. */
  offer(entry: QueueEntry): void {
    const known = this.#ready.get(entry.job) ?? this.#leases.get(entry.job)?.entry;
    if (known && known.offer >= entry.offer) return;
    this.withdraw(entry.job);
    this.#ready.set(entry.job, entry);
    const lane = this.#laneOf(entry);
    insert(lane.byPriority, entry, worseFirst);
    insert(lane.byAge, entry, olderFirst);
  }

  /** Takes a job out, ready or leased. */
  withdraw(job: JobId): void {
    const entry = this.#ready.get(job);
    if (entry) this.#takeOut(entry);
    this.settle(job);
  }

  /** Ends the lease on a job for good. */
  settle(job: JobId): void {
    const lease = this.#leases.get(job);
    if (!lease) return;
    this.#leases.delete(job);
    const share = lease.entry.share ?? '';
    this.#leasedOf.set(share, (this.#leasedOf.get(share) ?? 1) - 1);
    const held = this.#held.get(lease.builder) ?? none;
    this.#held.set(lease.builder, addRoom(held, needOf(lease.entry), -1));
  }

  /** Gives the claimant a job: the one that `QueueBackend.claim` would. Ready since `overdueMs` or longer is overdue. */
  claim(claimant: Claimant, overdueMs: number): QueueEntry | undefined {
    if (this.#ready.size === 0) return undefined;
    const entry = this.#next(claimant, overdueMs);
    if (entry) this.lease(entry, claimant.builder);
    return entry;
  }

  /** Notes that a builder has a job, whether it was ready here or not. */
  lease(entry: QueueEntry, builder: string): void {
    if (this.#ready.has(entry.job)) this.#takeOut(entry);
    this.#leases.set(entry.job, { entry, builder });
    const share = entry.share ?? '';
    this.#leasedOf.set(share, (this.#leasedOf.get(share) ?? 0) + 1);
    this.#held.set(builder, addRoom(this.#held.get(builder) ?? none, needOf(entry)));
  }

  #next(claimant: Claimant, overdueMs: number): QueueEntry | undefined {
    const free = freeOf(claimant);
    const whole = addRoom(free, this.#held.get(claimant.builder) ?? none);
    let overdue: QueueEntry | undefined;
    let best: { readonly entry: QueueEntry; readonly lane: Lane } | undefined;
    for (const lane of this.#lanes.values()) {
      const [eldest] = lane.byAge;
      if (eldest === undefined || !mayTake(claimant, lane.like)) continue;
      if (eldest.readySinceMs <= overdueMs) {
        const own = lane.byAge.find(
          (entry) => entry.readySinceMs > overdueMs || fitsInto(needOf(entry), whole),
        );
        if (own && own.readySinceMs <= overdueMs && (!overdue || olderFirst(own, overdue) < 0)) overdue = own;
      }
      const entry = lane.byPriority.findLast((one) => fitsInto(needOf(one), free));
      if (entry && (!best || this.#compare({ entry, lane }, best) < 0)) best = { entry, lane };
    }
    if (overdue) return fitsInto(needOf(overdue), free) ? overdue : undefined;
    return best?.entry;
  }

  #compare(a: { entry: QueueEntry; lane: Lane }, b: { entry: QueueEntry; lane: Lane }): number {
    return (
      b.lane.rank - a.lane.rank ||
      (b.entry.urgency ?? 0) - (a.entry.urgency ?? 0) ||
      (this.#leasedOf.get(a.entry.share ?? '') ?? 0) - (this.#leasedOf.get(b.entry.share ?? '') ?? 0) ||
      worseFirst(b.entry, a.entry)
    );
  }

  #laneOf(entry: QueueEntry): Lane {
    const { buildClass, urgency = 0, share = '', labels = [], arch } = entry;
    const key = JSON.stringify([buildClass ?? 1, urgency, share, labels, arch]);
    const known = this.#lanes.get(key);
    if (known) return known;
    const fit = fitOf(buildClass);
    const rank = 'address' in fit ? Number.MAX_VALUE : fit.rank;
    const made: Lane = { like: entry, rank, byPriority: [], byAge: [] };
    this.#lanes.set(key, made);
    return made;
  }

  #takeOut(entry: QueueEntry): void {
    const known = this.#ready.get(entry.job);
    if (!known) return;
    this.#ready.delete(entry.job);
    const lane = this.#laneOf(known);
    remove(lane.byPriority, known, worseFirst);
    remove(lane.byAge, known, olderFirst);
  }
}

const olderFirst = (a: QueueEntry, b: QueueEntry): number =>
  a.readySinceMs - b.readySinceMs || a.offer - b.offer;

const worseFirst = (a: QueueEntry, b: QueueEntry): number => a.priority - b.priority || olderFirst(b, a);

type Compare = (a: QueueEntry, b: QueueEntry) => number;

/** First place whose entry does not go before this one. */
function placeOf(sorted: readonly QueueEntry[], entry: QueueEntry, compare: Compare): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(sorted[middle] as QueueEntry, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insert(sorted: QueueEntry[], entry: QueueEntry, compare: Compare): void {
  const place = placeOf(sorted, entry, compare);
  if (place === sorted.length) sorted.push(entry);
  else sorted.splice(place, 0, entry);
}

function remove(sorted: QueueEntry[], entry: QueueEntry, compare: Compare): void {
  let place = placeOf(sorted, entry, compare);
  while (sorted[place]?.job !== entry.job && place < sorted.length) place += 1;
  if (place === sorted.length - 1) sorted.pop();
  else if (place < sorted.length) sorted.splice(place, 1);
}
