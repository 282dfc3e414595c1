import type { SqlConnection, SqlStatement } from './sql-connection.ts';

/** Whose commits a range is of. */
export interface RangeOwner {
  readonly target: string;
  readonly source: string;
  readonly arch: string;
}

/** What changed between two commits was asked to be built. */
export interface CommitRange {
  readonly since: string;
  readonly upTo: string;
}

interface RangeRow {
  readonly since: string;
  readonly upto: string;
}

/** More than there can be between two moves of a tag. */
const mostKept = 1_000;

/** Ranges of commits that were accepted to be built, in the order in which they were. */
export class RangeRecords {
  readonly #add: SqlStatement<never>;
  readonly #newest: SqlStatement<RangeRow>;
  readonly #prune: SqlStatement<never>;

  constructor(connection: SqlConnection) {
    this.#add = connection.prepareApart(
      'INSERT INTO commit_ranges (target, source, arch, since, upto, received_ms) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#newest = connection.prepareApart(
      `SELECT since, upto FROM commit_ranges WHERE target = ? AND source = ? AND arch = ?
        ORDER BY number DESC LIMIT ${mostKept}`,
    );
    this.#prune = connection.prepareApart('DELETE FROM commit_ranges WHERE received_ms < ?');
  }

  add({ target, source, arch }: RangeOwner, { since, upTo }: CommitRange, receivedMs: number): void {
    this.#add.run(target, source, arch, since, upTo, receivedMs);
  }

  /** Newest first. */
  newest({ target, source, arch }: RangeOwner): readonly CommitRange[] {
    return this.#newest.all(target, source, arch).map(({ since, upto }) => ({ since, upTo: upto }));
  }

  /** Forgets ranges from before a time. */
  prune(beforeMs: number): void {
    this.#prune.run(beforeMs);
  }
}
