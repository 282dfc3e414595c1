import type { BuilderName, JobId, PlanId } from '../primitives/index.ts';
import { openAs } from './job-records.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';

export type OpenState = 'waiting' | 'ready' | 'running';

/** Which jobs that are not over are meant; what is undefined does not matter. */
export interface QueueFilter {
  readonly state?: OpenState | undefined;
  readonly target?: string | undefined;
  readonly arch?: string | undefined;
  readonly source?: string | undefined;
  readonly builder?: string | undefined;
  /** A part of the recipe's name. */
  readonly text?: string | undefined;
}

/** A job that is not over, as a row of the queue. */
export interface QueueRow {
  readonly id: JobId;
  readonly plan: PlanId;
  readonly state: OpenState;
  readonly reason: string;
  readonly urgency: number;
  readonly buildClass: number | string | null;
  /** The source it comes from; empty where none is known. */
  readonly source: string;
  readonly sinceMs: number;
  /** Its place among all ready jobs, counted from 1, by urgency, priority and age; null: it is not ready. */
  readonly place: number | null;
  /** How many jobs it waits for. */
  readonly pending: number;
  readonly builder: BuilderName | null;
  readonly expectedMs: number | null;
  /** How long it and what waits for it take at least. */
  readonly pathMs: number;
}

/** Jobs that are not over: those at work first, then the ready ones as they come, then those that wait. */
export class QueueRows {
  readonly #rows: SqlStatement<QueueRow>;
  readonly #count: SqlStatement<{ state: OpenState; count: number }>;
  readonly #names: SqlStatement<{ target: string; source: string }>;

  constructor(connection: SqlConnection) {
    const queue = `queue AS (
      SELECT j.key, j.id, j.plan, j.state, j.reason, j.urgency, j.build_class, j.share, j.since_ms, j.pending, j.priority,
        CASE j.state WHEN 'running' THEN 0 WHEN 'ready' THEN 1 ELSE 2 END AS rank,
        row_number() OVER (PARTITION BY j.state ORDER BY j.urgency DESC, j.priority DESC, j.ready_since_ms, j.offer) AS place,
        CASE j.state WHEN 'running' THEN (SELECT a.builder FROM attempts a WHERE a.id = j.attempt) END AS builder
      FROM jobs j WHERE ${openAs('j')})`;
    const rest = "substr(id, instr(id, '/') + 1)";
    const meant = `(?1 IS NULL OR state = ?1) AND (?2 IS NULL OR substr(id, 1, length(?2)) = ?2)
      AND (?3 IS NULL OR instr(id, ?3) > 0) AND (?4 IS NULL OR share = ?4) AND (?5 IS NULL OR builder = ?5)
      AND (?6 IS NULL OR instr(substr(${rest}, instr(${rest}, '/') + 1), ?6) > 0)`;
    this.#rows = connection.prepare(
      `WITH ${queue}, found AS (SELECT * FROM queue WHERE ${meant} ORDER BY rank, place LIMIT ?7)
       SELECT f.id, f.plan, f.state, f.reason, f.urgency, f.build_class AS buildClass, f.share AS source,
         f.since_ms AS sinceMs, CASE f.state WHEN 'ready' THEN f.place END AS place, f.pending, f.builder,
         d.planned ->> '$.expectedMs' AS expectedMs, f.priority AS pathMs
       FROM found f JOIN job_plans d ON d.key = f.key ORDER BY f.rank, f.place`,
    );
    this.#count = connection.prepare(
      `WITH ${queue} SELECT state, count(*) AS count FROM queue WHERE ${meant} GROUP BY state`,
    );
    this.#names = connection.prepare(
      `SELECT DISTINCT substr(id, 1, instr(id, '/') - 1) AS target, share AS source FROM jobs j
       WHERE ${openAs('j')} ORDER BY 1, 2`,
    );
  }

  /** The first rows that are meant. */
  list(filter: QueueFilter, limit: number): QueueRow[] {
    return this.#rows.all(...valuesOf(filter), limit);
  }

  /** How many jobs in each state are meant. */
  counts(filter: QueueFilter): Readonly<Partial<Record<OpenState, number>>> {
    return Object.fromEntries(this.#count.all(...valuesOf(filter)).map(({ state, count }) => [state, count]));
  }

  /** Targets and sources that have jobs here. */
  names(): { readonly targets: readonly string[]; readonly sources: readonly string[] } {
    const rows = this.#names.all();
    return {
      targets: [...new Set(rows.map(({ target }) => target))],
      sources: [...new Set(rows.map(({ source }) => source))].filter((source) => source !== '').sort(),
    };
  }
}

const valuesOf = ({ state, target, arch, source, builder, text }: QueueFilter): (string | null)[] => [
  state ?? null,
  target === undefined ? null : `${target}/`,
  arch === undefined ? null : `/${arch}/`,
  source ?? null,
  builder ?? null,
  text ?? null,
];
