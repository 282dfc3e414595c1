import type { AttemptId, JobId } from '../primitives/index.ts';
import type { AttemptRecord } from './attempt-records.ts';
import type { MigrationList } from './migrations.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';

/** Tables of why attempts failed. They are made from logs, and made again where they are lost. */
export const failureTables: MigrationList = {
  room: 'failures',
  steps: [
    `
CREATE TABLE failures (
  attempt INTEGER PRIMARY KEY, job_id TEXT NOT NULL, ended_ms INTEGER NOT NULL, class TEXT NOT NULL,
  phase TEXT NOT NULL, signature TEXT NOT NULL, line INTEGER, offset INTEGER, text TEXT, evidence TEXT NOT NULL
) STRICT;
CREATE INDEX failures_alike ON failures (signature, attempt);
CREATE INDEX failures_by_time ON failures (ended_ms, signature, class);
`,
  ],
};

/** A line of the log of an attempt. */
export interface FailureLine {
  /** The first line is 1. */
  readonly line: number;
  /** Offset of its first byte. */
  readonly offset: number;
  readonly text: string;
}

/** Why an attempt failed, as its log tells. */
export interface FailureRecord {
  readonly attempt: AttemptId;
  readonly job: JobId;
  readonly endedMs: number;
  readonly class: string;
  /** Kind of the phase that it failed in. */
  readonly phase: string;
  /** The same for failures that are the same. */
  readonly signature: string;
  readonly first: FailureLine | undefined;
  readonly evidence: readonly FailureLine[];
}

/** Failures that are the same. */
export interface FailureGroup {
  readonly signature: string;
  readonly class: string;
  /** The newest of them. */
  readonly newest: FailureRecord;
  readonly count: number;
  /** How many jobs have it. */
  readonly jobs: number;
  readonly firstMs: number;
}

interface FailureRow {
  readonly attempt: AttemptId;
  readonly job_id: JobId;
  readonly ended_ms: number;
  readonly class: string;
  readonly phase: string;
  readonly signature: string;
  readonly line: number | null;
  readonly offset: number | null;
  readonly text: string | null;
  readonly evidence: string;
}

interface GroupRow extends FailureRow {
  readonly count: number;
  readonly jobs: number;
  readonly first_ms: number;
}

/** Why attempts failed, and which failed alike. */
export class FailureRecords {
  readonly #put: SqlStatement<never>;
  readonly #get: SqlStatement<FailureRow>;
  readonly #alike: SqlStatement<FailureRow>;
  readonly #countAlike: SqlStatement<{ count: number; jobs: number; first_ms: number | null }>;
  readonly #groups: SqlStatement<GroupRow>;
  readonly #classes: SqlStatement<{ class: string; count: number }>;
  readonly #missing: SqlStatement<{ id: AttemptId }>;
  readonly #lowestOpen: SqlStatement<{ id: number | null }>;
  readonly #newest: SqlStatement<{ id: number | null }>;

  constructor(connection: SqlConnection) {
    this.#put = connection.prepareApart(
      'INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#get = connection.prepareApart('SELECT * FROM failures WHERE attempt = ?');
    this.#alike = connection.prepareApart(
      'SELECT * FROM failures WHERE signature = ? AND attempt < ? ORDER BY attempt DESC LIMIT ?',
    );
    this.#countAlike = connection.prepareApart(
      `SELECT count(*) AS count, count(DISTINCT job_id) AS jobs, min(ended_ms) AS first_ms FROM failures
       WHERE signature = ?`,
    );
    this.#groups = connection.prepareApart(
      `WITH found AS (SELECT signature, max(attempt) AS newest, count(*) AS count, count(DISTINCT job_id) AS jobs,
           min(ended_ms) AS first_ms
         FROM failures WHERE ended_ms >= ?1 AND (?2 IS NULL OR class = ?2) GROUP BY signature
         ORDER BY count DESC, newest DESC LIMIT ?3)
       SELECT f.*, g.count, g.jobs, g.first_ms FROM found g JOIN failures f ON f.attempt = g.newest
       ORDER BY g.count DESC, g.newest DESC`,
    );
    this.#classes = connection.prepareApart(
      'SELECT class, count(*) AS count FROM failures WHERE ended_ms >= ? GROUP BY class ORDER BY count DESC, class',
    );
    this.#missing = connection.prepare(
      `SELECT id FROM attempts WHERE id > ? AND ended_ms IS NOT NULL
         AND outcome ->> '$.kind' IN ('failed', 'timed-out')
         AND NOT EXISTS (SELECT 1 FROM failures WHERE attempt = attempts.id)
       ORDER BY id DESC LIMIT ?`,
    );
    this.#lowestOpen = connection.prepare('SELECT min(id) AS id FROM attempts WHERE ended_ms IS NULL');
    this.#newest = connection.prepare('SELECT max(id) AS id FROM attempts');
  }

  put(failure: FailureRecord): void {
    this.#put.run(
      ...[failure.attempt, failure.job, failure.endedMs, failure.class, failure.phase, failure.signature],
      ...[failure.first?.line ?? null, failure.first?.offset ?? null, failure.first?.text ?? null],
      JSON.stringify(failure.evidence),
    );
  }

  get(attempt: AttemptId): FailureRecord | undefined {
    const row = this.#get.get(attempt);
    return row && failureOf(row);
  }

  /** Failures with a signature, newest first, of attempts before a given one. */
  alike(
    signature: string,
    options: { readonly before?: number | undefined; readonly limit: number },
  ): FailureRecord[] {
    return this.#alike
      .all(signature, options.before ?? Number.MAX_SAFE_INTEGER, options.limit)
      .map(failureOf);
  }

  /** How often a failure was met, at how many jobs, and when first; undefined when never. */
  countAlike(
    signature: string,
  ): { readonly count: number; readonly jobs: number; readonly firstMs: number } | undefined {
    const found = this.#countAlike.get(signature);
    return found && found.first_ms !== null
      ? { count: found.count, jobs: found.jobs, firstMs: found.first_ms }
      : undefined;
  }

  /** Failures since a time by what is the same about them, the most frequent first. */
  groups(of: {
    readonly sinceMs: number;
    readonly class?: string | undefined;
    readonly limit: number;
  }): FailureGroup[] {
    return this.#groups.all(of.sinceMs, of.class ?? null, of.limit).map((row) => ({
      signature: row.signature,
      class: row.class,
      newest: failureOf(row),
      count: row.count,
      jobs: row.jobs,
      firstMs: row.first_ms,
    }));
  }

  /** How many failures of each class there were since a time. */
  classes(sinceMs: number): { readonly class: string; readonly count: number }[] {
    return this.#classes.all(sinceMs);
  }

  /** Attempts after a given one that failed and of which nothing is known here, newest first. */
  missing(after: number, limit: number): AttemptId[] {
    return this.#missing.all(after, limit).map(({ id }) => id);
  }

  /** The highest attempt that it and all before it are over; what ends later has a higher id. */
  settledUpTo(): number {
    const open = this.#lowestOpen.get()?.id ?? null;
    return open === null ? (this.#newest.get()?.id ?? 0) : open - 1;
  }
}

const failureOf = (row: FailureRow): FailureRecord => ({
  attempt: row.attempt,
  job: row.job_id,
  endedMs: row.ended_ms,
  class: row.class,
  phase: row.phase,
  signature: row.signature,
  first: row.line === null ? undefined : { line: row.line, offset: row.offset ?? 0, text: row.text ?? '' },
  evidence: JSON.parse(row.evidence) as FailureLine[],
});

/** Whether an attempt ended as one whose log tells why. */
export const isExplainable = ({ outcome }: Pick<AttemptRecord, 'outcome'>): boolean =>
  outcome?.kind === 'failed' || outcome?.kind === 'timed-out';
