import { fitOf, mayTake } from '../class-fit.ts';
import type { Claimant, Lease, QueueEntry } from '../queue-backend.ts';
import { addRoom, fitsInto, freeOf, needOf, type Room } from '../room.ts';

/** What is ready and what is leased. */
export interface Stock {
  readonly ready: readonly QueueEntry[];
  readonly leases: readonly Lease[];
}

/**
 * What a claimant takes next, written down as the contract says it, without an eye to cost; the other backends are
 * compared with it.
 *
 * Overdue entries (ready since `overdueMs` or longer) go by age. One that does not fit into what the builder has
 * left is skipped, unless it would fit once the builder's own leases have ended: then the builder gets nothing at
 * all, since a stream of small jobs would otherwise never leave that much room at one time.
 */
export function nextFor(claimant: Claimant, stock: Stock, overdueMs: number): QueueEntry | undefined {
  const free = freeOf(claimant);
  const mine = stock.ready.filter((entry) => mayTake(claimant, entry));
  const whole = addRoom(free, heldBy(claimant, stock.leases));
  const overdue = mine
    .filter(({ readySinceMs }) => readySinceMs <= overdueMs)
    .sort(compareAges)
    .find((entry) => fitsInto(needOf(entry), whole));
  if (overdue) return fitsInto(needOf(overdue), free) ? overdue : undefined;
  const leased = new Map<string, number>();
  for (const { entry } of stock.leases)
    leased.set(entry.share ?? '', (leased.get(entry.share ?? '') ?? 0) + 1);
  const compare = (a: QueueEntry, b: QueueEntry): number =>
    rankForOrder(b) - rankForOrder(a) ||
    (b.urgency ?? 0) - (a.urgency ?? 0) ||
    (leased.get(a.share ?? '') ?? 0) - (leased.get(b.share ?? '') ?? 0) ||
    b.priority - a.priority ||
    compareAges(a, b);
  return mine.filter((entry) => fitsInto(needOf(entry), free)).sort(compare)[0];
}

function heldBy({ builder }: Claimant, leases: readonly Lease[]): Room {
  const none: Room = { memoryBytes: 0, diskBytes: 0 };
  return leases
    .filter((lease) => lease.builder === builder)
    .reduce((sum, lease) => addRoom(sum, needOf(lease.entry)), none);
}

const compareAges = (a: QueueEntry, b: QueueEntry): number =>
  a.readySinceMs - b.readySinceMs || a.offer - b.offer;

function rankForOrder(entry: QueueEntry): number {
  const fit = fitOf(entry.buildClass);
  return 'address' in fit ? Number.MAX_VALUE : fit.rank;
}
