import type { JobStateName } from '../model/index.ts';
import type { AttemptId, BuilderName, JobId, PlanId } from '../primitives/index.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';

/** An attempt that ended badly. */
export interface RecentFailure {
  readonly id: AttemptId;
  readonly job: JobId;
  readonly plan: PlanId;
  readonly builder: BuilderName;
  readonly endedMs: number;
  readonly kind: 'failed' | 'timed-out';
  readonly code: string | null;
  readonly what: string | null;
  /** State of the newest job of the same id. */
  readonly now: JobStateName;
}

/** A job that a builder works on. */
export interface JobAtWork {
  readonly job: JobId;
  readonly plan: PlanId;
  readonly builder: BuilderName;
  readonly startedMs: number;
  readonly expectedMs: number | null;
  readonly urgency: number;
}

/** How attempts ended within one hour. */
export interface HourOfAttempts {
  readonly atMs: number;
  readonly succeeded: number;
  readonly failed: number;
}

const hourMs = 60 * 60 * 1000;
/** No attempt takes longer than this from its start to its end, as far as looking back goes. */
const longestMs = 24 * hourMs;

/** What happened lately. Attempts are numbered as they begin, so that nothing older than asked for is read. */
export class RecentAttempts {
  readonly #newest: SqlStatement<{ id: number | null }>;
  readonly #startOf: SqlStatement<{ id: number; startedMs: number }>;
  readonly #failures: SqlStatement<RecentFailure>;
  readonly #hours: SqlStatement<HourOfAttempts>;
  readonly #byBuilder: SqlStatement<{ builder: string; count: number }>;
  readonly #published: SqlStatement<{ count: number }>;
  readonly #atWork: SqlStatement<JobAtWork>;

  constructor(connection: SqlConnection) {
    const kind = "outcome ->> '$.kind'";
    this.#newest = connection.prepare('SELECT max(id) AS id FROM attempts');
    this.#startOf = connection.prepare(
      'SELECT id, started_ms AS startedMs FROM attempts WHERE id >= ? ORDER BY id LIMIT 1',
    );
    this.#failures = connection.prepare(
      `SELECT a.id, a.job_id AS job, j.plan, a.builder, a.ended_ms AS endedMs, a.${kind} AS kind,
         a.outcome ->> '$.problem.code' AS code, a.outcome ->> '$.problem.what' AS what,
         (SELECT n.state FROM jobs n WHERE n.id = a.job_id ORDER BY n.key DESC LIMIT 1) AS now
       FROM attempts a JOIN jobs j ON j.key = a.job
       WHERE a.id >= ? AND a.ended_ms >= ? AND a.${kind} IN ('failed', 'timed-out')
       ORDER BY a.ended_ms DESC, a.id DESC LIMIT ?`,
    );
    this.#hours = connection.prepare(
      `SELECT ended_ms / ${hourMs} * ${hourMs} AS atMs, count(*) FILTER (WHERE ${kind} = 'succeeded') AS succeeded,
         count(*) FILTER (WHERE ${kind} IN ('failed', 'timed-out')) AS failed
       FROM attempts WHERE id >= ? AND ended_ms >= ? GROUP BY 1 ORDER BY 1`,
    );
    this.#byBuilder = connection.prepare(
      'SELECT builder, count(*) AS count FROM attempts WHERE id >= ? AND ended_ms >= ? GROUP BY builder',
    );
    this.#published = connection.prepare(
      'SELECT count(*) AS count FROM artifacts WHERE attempt >= ? AND generation > 0',
    );
    this.#atWork = connection.prepare(
      `SELECT a.job_id AS job, j.plan, a.builder, a.started_ms AS startedMs, d.planned ->> '$.expectedMs' AS expectedMs,
         j.urgency FROM attempts a JOIN jobs j ON j.key = a.job JOIN job_plans d ON d.key = j.key
       WHERE a.ended_ms IS NULL ORDER BY a.id`,
    );
  }

  /** Attempts that failed or ran out of time and ended since, newest first. */
  failures(sinceMs: number, limit: number): RecentFailure[] {
    return this.#failures.all(this.#first(sinceMs), sinceMs, limit);
  }

  /** Hours since a time in which attempts ended, oldest first; `atMs` are whole hours of UTC. */
  hours(sinceMs: number): HourOfAttempts[] {
    return this.#hours.all(this.#first(sinceMs), sinceMs);
  }

  /** How many attempts ended on each builder since a time. */
  byBuilder(sinceMs: number): ReadonlyMap<string, number> {
    const rows = this.#byBuilder.all(this.#first(sinceMs), sinceMs);
    return new Map(rows.map(({ builder, count }) => [builder, count]));
  }

  /** Packages of attempts that began since a time, and that were published. */
  published(sinceMs: number): number {
    return this.#published.get(this.#firstBegun(sinceMs))?.count ?? 0;
  }

  /** What builders work on, in the order in which they began. */
  atWork(): JobAtWork[] {
    return this.#atWork.all();
  }

  /** An attempt before which none ended since a time. */
  #first(sinceMs: number): number {
    return this.#firstBegun(sinceMs - longestMs);
  }

  /** The first attempt that began at a time or later, found by halves: there is no index by time. */
  #firstBegun(sinceMs: number): number {
    let low = 1;
    let high = (this.#newest.get()?.id ?? 0) + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const found = this.#startOf.get(middle);
      if (found === undefined || found.startedMs >= sinceMs) high = middle;
      else low = found.id + 1;
    }
    return low;
  }
}
