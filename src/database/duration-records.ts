import { type AttemptId, type JobId, parseJobId } from '../primitives/index.ts';
import { jobRange } from './job-range.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';

/** How many of the newest durations of a job are kept. */
const kept = 9;

/** What is known of how long one job takes. */
export interface DurationsOfJob {
  readonly job: JobId;
  /** In ms, oldest first. */
  readonly durationsMs: readonly number[];
  readonly buildClass: number | string | undefined;
}

/** How long each job took when it succeeded. */
export class DurationRecords {
  readonly #insert: SqlStatement<never>;
  readonly #forget: SqlStatement<never>;
  readonly #all: SqlStatement<{ job_id: JobId; duration_ms: number; build_class: number | string | null }>;
  readonly #ofTarget: SqlStatement<{ job_id: JobId; duration_ms: number }>;

  constructor(connection: SqlConnection) {
    this.#insert = connection.prepareApart('INSERT OR IGNORE INTO durations VALUES (?, ?, ?)');
    this.#forget = connection.prepareApart(
      `DELETE FROM durations WHERE job_id = ?1 AND attempt <=
         (SELECT attempt FROM durations WHERE job_id = ?1 ORDER BY attempt DESC LIMIT 1 OFFSET ${kept})`,
    );
    this.#all = connection.prepareApart(
      `SELECT d.job_id, d.duration_ms, j.build_class FROM durations d LEFT JOIN attempts a ON a.id = d.attempt
         LEFT JOIN jobs j ON j.key = a.job ORDER BY d.job_id, d.attempt`,
    );
    this.#ofTarget = connection.prepareApart(
      'SELECT job_id, duration_ms FROM durations WHERE job_id >= ? AND job_id < ? ORDER BY job_id, duration_ms',
    );
  }

  add(job: JobId, attempt: AttemptId, durationMs: number): void {
    this.#insert.run(job, attempt, durationMs);
    this.#forget.run(job);
  }

  /** Median of the kept durations in milliseconds, by recipe name. */
  medians(target: string, arch: string): ReadonlyMap<string, number> {
    const byName = new Map<string, number[]>();
    for (const row of this.#ofTarget.all(...jobRange(target, arch))) {
      const name = parseJobId(row.job_id)?.name;
      if (name === undefined) continue;
      const known = byName.get(name);
      if (known) known.push(row.duration_ms);
      else byName.set(name, [row.duration_ms]);
    }
    return new Map([...byName].map(([name, sorted]) => [name, sorted[sorted.length >> 1] ?? 0]));
  }

  /** The kept durations of every job, and the build class that it had the last time. */
  all(): Iterable<DurationsOfJob> {
    const found = new Map<
      JobId,
      { job: JobId; durationsMs: number[]; buildClass: number | string | undefined }
    >();
    for (const { job_id: job, duration_ms: ms, build_class: of } of this.#all.all()) {
      const known = found.get(job);
      if (!known) found.set(job, { job, durationsMs: [ms], buildClass: of ?? undefined });
      else {
        known.durationsMs.push(ms);
        known.buildClass = of ?? undefined;
      }
    }
    return found.values();
  }
}
