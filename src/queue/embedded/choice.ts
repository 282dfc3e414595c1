import type { Claimant } from '../queue-backend.ts';
import { addRoom, fitsInto, freeOf, lookPerLane, type Room } from '../room.ts';
import type { Lane, Lanes } from './lanes.ts';
import type { EntryRow, QueueStatements } from './queue-statements.ts';

/**
 * What a claimant takes next; the rules are those of the contract and of `memory/order.ts`, at the cost of a few
 * index look-ups for each lane that comes into question. Room is looked for among the first entries of a lane only.
 */
export class Choice {
  readonly #statements: QueueStatements;
  readonly #lanes: Lanes;
  /** Lanes that were found to have nothing ready; true until something changes. */
  readonly #empty = new Set<number>();
  /** SQLite's number of the last change that another connection made. */
  #version = -1;

  constructor(statements: QueueStatements, lanes: Lanes) {
    this.#statements = statements;
    this.#lanes = lanes;
  }

  /** To be called after each change of one's own that makes jobs claimable. */
  forgetEmpty(): void {
    this.#empty.clear();
  }

  /** Entries ready since `overdueMs` or longer go first, oldest first. */
  nextFor(claimant: Claimant, overdueMs: number): EntryRow | undefined {
    this.#noticeOthers();
    const lanes = this.#lanes.of(claimant).filter(({ id }) => !this.#empty.has(id));
    const free = freeOf(claimant);
    if (this.#statements.overdueAtAll.get({ overdue: overdueMs })) {
      const { builder } = claimant;
      const held = this.#statements.held.get({ builder }) as unknown as Room;
      const row = this.#overdue(lanes, addRoom(free, held), overdueMs);
      // It would fit if the builder had ended what it holds: the builder waits for that (see memory/order.ts).
      if (row) return fitsInto(needOf(row), free) ? row : undefined;
    }
    for (let at = 0; at < lanes.length; ) {
      const tier = tierAt(lanes, at);
      const row = this.#bestOf(tier, free);
      if (row) return row;
      at += tier.length;
    }
    return undefined;
  }

  #noticeOthers(): void {
    const version = this.#statements.dataVersion();
    if (version === this.#version) return;
    this.#version = version;
    this.#empty.clear();
    this.#lanes.refresh();
  }

  #overdue(lanes: readonly Lane[], whole: Room, overdue: number): EntryRow | undefined {
    const found = lanes.flatMap(({ id }) => {
      const question = { lane: id, overdue, look: lookPerLane };
      for (const row of this.#statements.oldestOfLane.iterate(question)) {
        if (fitsInto(needOf(row as unknown as EntryRow), whole)) return [row as unknown as EntryRow];
      }
      return [];
    });
    return found.sort(compareAges)[0];
  }

  /** The best of lanes that differ in share and labels only. */
  #bestOf(tier: readonly Lane[], free: Room): EntryRow | undefined {
    const found = tier.flatMap((lane) => {
      const row = this.#fitting(lane, free);
      return row ? [{ row, share: lane.share }] : [];
    });
    if (found.length < 2) return found[0]?.row;
    const shares = new Set(found.map(({ share }) => share));
    const leased = new Map([...shares].map((share) => [share, this.#statements.leasedOfShare(share)]));
    const leasedOf = (share: string): number => leased.get(share) ?? 0;
    return found.sort(
      (a, b) =>
        leasedOf(a.share) - leasedOf(b.share) || b.row.priority - a.row.priority || compareAges(a.row, b.row),
    )[0]?.row;
  }

  #fitting({ id }: Lane, free: Room): EntryRow | undefined {
    const first = this.#statements.bestOfLane.get({ lane: id, look: 1, skip: 0 });
    const best = first as unknown as EntryRow | undefined;
    if (!best) this.#empty.add(id);
    if (!best || fitsInto(needOf(best), free)) return best;
    for (const row of this.#statements.bestOfLane.iterate({ lane: id, look: lookPerLane - 1, skip: 1 })) {
      if (fitsInto(needOf(row as unknown as EntryRow), free)) return row as unknown as EntryRow;
    }
    return undefined;
  }
}

/** The run of lanes that are equal in class or address and urgency. */
function tierAt(lanes: readonly Lane[], start: number): Lane[] {
  const first = lanes[start];
  let end = start;
  while (lanes[end]?.rank === first?.rank && lanes[end]?.urgency === first?.urgency && end < lanes.length)
    end += 1;
  return lanes.slice(start, end);
}

const needOf = (row: EntryRow): Room => ({
  memoryBytes: row.memory_bytes ?? 0,
  diskBytes: row.disk_bytes ?? 0,
});

const compareAges = (a: EntryRow, b: EntryRow): number =>
  a.ready_since_ms - b.ready_since_ms || a.offer - b.offer;
