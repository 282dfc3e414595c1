import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { archLabel, archMark, fitOf, laneLabels } from '../class-fit.ts';
import type { Claimant, QueueEntry } from '../queue-backend.ts';

/** A row of the table `lanes`. */
export interface Lane {
  readonly id: number;
  /** Undefined for jobs that are addressed to one builder. */
  readonly rank: number | undefined;
  readonly address: string | undefined;
  readonly urgency: number;
  readonly share: string;
  /** As `laneLabels` has them. */
  readonly labels: readonly string[];
}

interface LaneRow {
  readonly id: number;
  readonly rank: number | null;
  readonly address: string | null;
  readonly urgency: number;
  readonly share: string;
  readonly labels: string;
  readonly name: string;
}

/** The lanes of a queue file. They are never removed, so what was read once stays true. */
export class Lanes {
  readonly #add: StatementSync;
  readonly #after: StatementSync;
  readonly #ids = new Map<string, number>();
  /** Addressed ones first, then the highest class; within these the most urgent first. */
  #ordered: Lane[] = [];
  #read = 0;

  constructor(database: DatabaseSync) {
    this.#add = database.prepare(`
      INSERT INTO lanes (rank, address, urgency, share, labels, name)
      VALUES (:rank, :address, :urgency, :share, :labels, :name) ON CONFLICT (name) DO NOTHING`);
    this.#after = database.prepare('SELECT * FROM lanes WHERE id > :id ORDER BY id');
  }

  /** The lane of an entry, made when there is none. Within a transaction that writes. */
  idOf(entry: QueueEntry): number {
    const fit = fitOf(entry.buildClass);
    const rank = 'rank' in fit ? fit.rank : null;
    const address = 'address' in fit ? fit.address : null;
    const labels = JSON.stringify(laneLabels(entry));
    const { urgency = 0, share = '' } = entry;
    const name = JSON.stringify([rank, address, urgency, share, labels]);
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    this.#add.run({ rank, address, urgency, share, labels, name });
    this.refresh();
    return this.#ids.get(name) ?? 0;
  }

  /** The lanes of which this claimant may take jobs, in the order of the claim rules; equal ones by id. */
  of(claimant: Claimant): Lane[] {
    const carried = new Set([
      ...(claimant.labels ?? []).map(encodeURIComponent),
      ...(claimant.arches ?? []).map(archLabel),
    ]);
    return this.#ordered.filter(({ rank, address, labels }) => {
      if (!labels.every((label) => carried.has(label))) return false;
      if (claimant.usualArch === false && !labels.some((label) => label.startsWith(archMark))) return false;
      if (rank === undefined) return address === claimant.builder;
      return claimant.builderClass !== undefined && rank <= claimant.builderClass;
    });
  }

  /** Reads everything anew: a transaction was rolled back, and lanes that it made are gone. */
  forget(): void {
    this.#ids.clear();
    this.#ordered = [];
    this.#read = 0;
    this.refresh();
  }

  /** Reads the lanes that others added. */
  refresh(): void {
    const rows = this.#after.all({ id: this.#read }) as unknown as LaneRow[];
    const newest = rows.at(-1);
    if (!newest) return;
    const added = rows.map((row) => {
      this.#ids.set(row.name, row.id);
      return {
        id: row.id,
        rank: row.rank ?? undefined,
        address: row.address ?? undefined,
        urgency: row.urgency,
        share: row.share,
        labels: JSON.parse(row.labels) as string[],
      };
    });
    this.#read = newest.id;
    this.#ordered = [...this.#ordered, ...added].sort(
      (a, b) => rankForOrder(b) - rankForOrder(a) || b.urgency - a.urgency || a.id - b.id,
    );
  }
}

const rankForOrder = ({ rank }: Lane): number => rank ?? Number.MAX_VALUE;
