import type { Outcome } from '../model/index.ts';
import type { AttemptId, BuilderName, JobId } from '../primitives/index.ts';
import type { RowIds } from './row-ids.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';
import type { TableAhead } from './table-ahead.ts';

/** One execution of a job. */
export interface AttemptRecord {
  readonly id: AttemptId;
  /** The row of the job it belongs to. */
  readonly jobKey: number;
  readonly job: JobId;
  readonly builder: BuilderName;
  readonly fence: number;
  readonly startedMs: number;
  readonly endedMs: number | undefined;
  readonly outcome: Outcome | undefined;
  readonly durationMs: number | undefined;
  readonly peakMemoryBytes: number | undefined;
  readonly peakDiskBytes: number | undefined;
  readonly logPath: string | undefined;
}

interface AttemptRow {
  readonly id: AttemptId;
  readonly job: number;
  readonly job_id: JobId;
  readonly builder: BuilderName;
  readonly fence: number;
  readonly started_ms: number;
  readonly ended_ms: number | null;
  readonly outcome: string | null;
  readonly duration_ms: number | null;
  readonly peak_memory_bytes: number | null;
  readonly peak_disk_bytes: number | null;
  readonly log_path: string | null;
  readonly previous: AttemptId | null;
}

/** With the attempt before it at the same job. */
interface LinkedAttempt extends AttemptRecord {
  readonly previous: AttemptId | undefined;
}

const nothingYet = {
  endedMs: undefined,
  outcome: undefined,
  durationMs: undefined,
  peakMemoryBytes: undefined,
  peakDiskBytes: undefined,
  logPath: undefined,
} as const;

/** All attempts there ever were. */
export class AttemptRecords {
  readonly #moved: TableAhead<AttemptId, LinkedAttempt>;
  readonly #ids: RowIds;
  readonly #get: SqlStatement<AttemptRow>;
  readonly #running: SqlStatement<AttemptRow>;
  readonly #ofJob: SqlStatement<AttemptRow>;
  readonly #ofRow: SqlStatement<AttemptRow>;
  readonly #totals: SqlStatement<{ kind: string; count: number }>;
  readonly #losses: SqlStatement<{ builder: string; count: number }>;
  readonly #highestFence: SqlStatement<{ fence: number | null }>;
  readonly #before: SqlStatement<AttemptRow>;

  constructor(connection: SqlConnection) {
    this.#moved = connection.ahead.table('attempts', {
      save: `INSERT INTO attempts (id, job, job_id, builder, fence, started_ms, previous, ended_ms, outcome, duration_ms,
         peak_memory_bytes, peak_disk_bytes, log_path) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET ended_ms = excluded.ended_ms, outcome = excluded.outcome,
         duration_ms = excluded.duration_ms, peak_memory_bytes = excluded.peak_memory_bytes,
         peak_disk_bytes = excluded.peak_disk_bytes, log_path = excluded.log_path`,
      kinds: [
        ...(['integer', 'integer', 'text', 'text', 'integer', 'integer', 'integer?'] as const),
        ...(['integer?', 'text?', 'real?', 'integer?', 'integer?', 'text?'] as const),
      ],
    });
    this.#ids = connection.ahead.ids('attempts');
    this.#get = connection.prepareApart('SELECT * FROM attempts WHERE id = ?');
    this.#running = connection.prepare('SELECT * FROM attempts WHERE ended_ms IS NULL ORDER BY id');
    this.#ofRow = connection.prepare(`${chainFrom('key = ?')} ORDER BY a.id`);
    this.#totals = connection.prepare(
      `SELECT outcome ->> '$.kind' AS kind, count(*) AS count FROM attempts WHERE outcome IS NOT NULL GROUP BY kind`,
    );
    this.#losses = connection.prepare(
      `SELECT builder, count(*) AS count FROM attempts
       WHERE id > (SELECT coalesce(max(id), 0) - 5000 FROM attempts) AND ended_ms > ?
         AND outcome ->> '$.kind' = 'lost' GROUP BY builder`,
    );
    this.#highestFence = connection.prepare(
      'SELECT max(fence) AS fence FROM (SELECT fence FROM attempts ORDER BY id DESC LIMIT 10000)',
    );
    this.#ofJob = connection.prepare(`${chainFrom('id = ?')} ORDER BY a.id DESC LIMIT ?`);
    this.#before = connection.prepare('SELECT * FROM attempts WHERE id < ? ORDER BY id DESC LIMIT ?');
  }

  /** `previous` is the attempt that its row in `jobs` names so far, which is to name this one from now on. */
  start(
    begin: Pick<AttemptRecord, 'jobKey' | 'job' | 'builder' | 'fence' | 'startedMs'> & {
      readonly previous: AttemptId | undefined;
    },
  ): AttemptId {
    const id = this.#ids.next() as AttemptId;
    this.#put({ ...nothingYet, ...begin, id });
    return id;
  }

  setLogPath(attempt: AttemptId, logPath: string): void {
    const known = this.#find(attempt);
    if (known) this.#put({ ...known, logPath });
  }

  end(
    attempt: AttemptId,
    facts: Pick<
      AttemptRecord,
      'endedMs' | 'outcome' | 'durationMs' | 'peakMemoryBytes' | 'peakDiskBytes' | 'logPath'
    >,
  ): void {
    const known = this.#find(attempt);
    if (known) this.#put({ ...known, ...facts, logPath: facts.logPath ?? known.logPath });
  }

  get(attempt: AttemptId): AttemptRecord | undefined {
    return this.#find(attempt);
  }

  #find(attempt: AttemptId): LinkedAttempt | undefined {
    const moved = this.#moved.get(attempt);
    if (moved) return moved;
    const row = this.#get.get(attempt);
    return row && { ...attemptOf(row), previous: row.previous ?? undefined };
  }

  #put(attempt: LinkedAttempt): void {
    this.#moved.put(attempt.id, attempt, [
      attempt.id,
      attempt.jobKey,
      attempt.job,
      attempt.builder,
      attempt.fence,
      attempt.startedMs,
      attempt.previous ?? null,
      attempt.endedMs ?? null,
      attempt.outcome === undefined ? null : JSON.stringify(attempt.outcome),
      attempt.durationMs ?? null,
      attempt.peakMemoryBytes ?? null,
      attempt.peakDiskBytes ?? null,
      attempt.logPath ?? null,
    ]);
  }

  running(): AttemptRecord[] {
    return this.#running.all().map(attemptOf);
  }

  /** Attempts at a job in one plan, by the key of its row, oldest first. */
  ofRow(jobKey: number): AttemptRecord[] {
    return this.#ofRow.all(jobKey).map(attemptOf);
  }

  /** How many attempts ended well and badly since the farm began; those that were called off count as neither. */
  totals(): { readonly completed: number; readonly failed: number } {
    let completed = 0;
    let failed = 0;
    for (const { kind, count } of this.#totals.all()) {
      if (kind === 'failed' || kind === 'timed-out') failed += count;
      else if (kind !== 'canceled' && kind !== 'lost') completed += count;
    }
    return { completed, failed };
  }

  /** How many attempts each builder lost since a time; the newest 5,000 attempts count. */
  lossesSince(sinceMs: number): ReadonlyMap<string, number> {
    return new Map(this.#losses.all(sinceMs).map(({ builder, count }) => [builder, count]));
  }

  /** The highest fence that any of the newest 10,000 attempts ran under; 0 when there was none. */
  highestFence(): number {
    return this.#highestFence.get()?.fence ?? 0;
  }

  /** Attempts of the farm that began before a given one, newest first. */
  before(attempt: number, limit: number): AttemptRecord[] {
    return this.#before.all(attempt, limit).map(attemptOf);
  }

  /** Attempts at a job in all plans, newest first. */
  ofJob(job: JobId, limit = 100): AttemptRecord[] {
    return this.#ofJob.all(job, limit).map(attemptOf);
  }
}

/**
 * Attempts at the jobs that a condition finds: each row of `jobs` leads to the newest one, that to the one before. The joins
 * are CROSS so that SQLite does not go through all attempts in the order that is wanted.
 */
const chainFrom = (where: string): string =>
  `WITH RECURSIVE chain (id) AS (
     SELECT attempt FROM jobs WHERE ${where} AND attempt IS NOT NULL
     UNION ALL SELECT b.previous FROM chain c CROSS JOIN attempts b ON b.id = c.id WHERE b.previous IS NOT NULL)
   SELECT a.* FROM chain c CROSS JOIN attempts a ON a.id = c.id`;

function attemptOf(row: AttemptRow): AttemptRecord {
  return {
    id: row.id,
    jobKey: row.job,
    job: row.job_id,
    builder: row.builder,
    fence: row.fence,
    startedMs: row.started_ms,
    endedMs: row.ended_ms ?? undefined,
    outcome: row.outcome === null ? undefined : (JSON.parse(row.outcome) as Outcome),
    durationMs: row.duration_ms ?? undefined,
    peakMemoryBytes: row.peak_memory_bytes ?? undefined,
    peakDiskBytes: row.peak_disk_bytes ?? undefined,
    logPath: row.log_path ?? undefined,
  };
}
