import type { SqlConnection, SqlStatement } from './sql-connection.ts';

/**
 * `waiting` for a yes, `building` what has to be built with it, `released` to go out as it is; then `published` or `dropped`.
 */
export type RebuildState = 'waiting' | 'building' | 'released' | 'published' | 'dropped';

export interface RebuildRecord {
  readonly id: number;
  readonly target: string;
  readonly arch: string;
  readonly state: RebuildState;
  readonly createdMs: number;
  readonly changedMs: number;
  /** JSON of what is held back and why. */
  readonly detail: string;
}

interface RebuildRow {
  readonly id: number;
  readonly target: string;
  readonly arch: string;
  readonly state: RebuildState;
  readonly created_ms: number;
  readonly changed_ms: number;
  readonly detail: string;
}

const recordOf = ({ created_ms: createdMs, changed_ms: changedMs, ...row }: RebuildRow): RebuildRecord => ({
  ...row,
  createdMs,
  changedMs,
});

const isOpen = "(state = 'waiting' OR state = 'building' OR state = 'released')";

/** Results that are held back until packages that they break were built anew. */
export class RebuildRecords {
  readonly #add: SqlStatement<never>;
  readonly #update: SqlStatement<never>;
  readonly #get: SqlStatement<RebuildRow>;
  readonly #openOf: SqlStatement<RebuildRow>;
  readonly #allOpen: SqlStatement<RebuildRow>;
  readonly #dropped: SqlStatement<RebuildRow>;
  readonly #newest: SqlStatement<RebuildRow>;

  constructor(connection: SqlConnection) {
    this.#add = connection.prepareApart(
      'INSERT INTO abi_rebuilds (target, arch, state, created_ms, changed_ms, detail) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#update = connection.prepareApart(
      'UPDATE abi_rebuilds SET state = ?, changed_ms = ?, detail = ? WHERE id = ?',
    );
    this.#get = connection.prepareApart('SELECT * FROM abi_rebuilds WHERE id = ?');
    this.#openOf = connection.prepareApart(
      `SELECT * FROM abi_rebuilds WHERE target = ? AND arch = ? AND ${isOpen} ORDER BY id`,
    );
    this.#allOpen = connection.prepareApart(`SELECT * FROM abi_rebuilds WHERE ${isOpen} ORDER BY id`);
    this.#dropped = connection.prepareApart(
      `SELECT * FROM abi_rebuilds WHERE target = ? AND arch = ? AND state = 'dropped' AND changed_ms >= ? ORDER BY id`,
    );
    this.#newest = connection.prepareApart('SELECT * FROM abi_rebuilds ORDER BY id DESC LIMIT ?');
  }

  /** Writes one down; returns its id. */
  add(one: Omit<RebuildRecord, 'id' | 'changedMs'>): number {
    const { target, arch, state, createdMs, detail } = one;
    return this.#add.run(target, arch, state, createdMs, createdMs, detail).lastId;
  }

  update(id: number, change: Pick<RebuildRecord, 'state' | 'changedMs' | 'detail'>): void {
    this.#update.run(change.state, change.changedMs, change.detail, id);
  }

  get(id: number): RebuildRecord | undefined {
    const row = this.#get.get(id);
    return row && recordOf(row);
  }

  /** Those of a target that are not over, oldest first. */
  open(target: string, arch: string): readonly RebuildRecord[] {
    return this.#openOf.all(target, arch).map(recordOf);
  }

  /** Those of all targets that are not over, oldest first. */
  allOpen(): readonly RebuildRecord[] {
    return this.#allOpen.all().map(recordOf);
  }

  /** Those of a target that were thrown away at a time or later, oldest first. */
  droppedSince(target: string, arch: string, sinceMs: number): readonly RebuildRecord[] {
    return this.#dropped.all(target, arch, sinceMs).map(recordOf);
  }

  /** Newest first, of all targets. */
  newest(limit: number): readonly RebuildRecord[] {
    return this.#newest.all(limit).map(recordOf);
  }
}
