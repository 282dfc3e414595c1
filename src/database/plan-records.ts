import type { SQLInputValue } from 'node:sqlite';
import type { Problem } from '../diagnostics/index.ts';
import type { Plan, PlannedJob, PlanOrigin } from '../model/index.ts';
import type { JobId, PlanId, RunId } from '../primitives/index.ts';
import type { JobRecord } from './job-records.ts';
import { type NewPlan, planRows } from './plan-rows.ts';
import { RowWriter } from './row-writer.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';
import type { TableAhead } from './table-ahead.ts';

/** What is known of a plan without reading its jobs. */
export interface PlanHead {
  readonly id: PlanId;
  readonly run: RunId;
  readonly why: string;
  readonly target: string;
  readonly arch: string;
  readonly createdMs: number;
  /** Undefined while jobs are left that are not final. */
  readonly finishedMs: number | undefined;
  readonly failFast: boolean;
  /** Number of jobs that are not final. */
  readonly unfinished: number;
  /** Where it comes from, when a request asked for it. */
  readonly origin: PlanOrigin | undefined;
}

interface HeadRow {
  readonly id: PlanId;
  readonly run: RunId;
  readonly why: string;
  readonly target: string;
  readonly arch: string;
  readonly created_ms: number;
  readonly finished_ms: number | null;
  readonly fail_fast: number;
  readonly unfinished: number;
  readonly cycles: string;
  readonly problems: string;
  readonly origin: string | null;
}

/** Runs and their plans. A plan is written once and never edited; only the states of its jobs move. */
export class PlanRecords {
  readonly #insertRun: SqlStatement<never>;
  readonly #insertPlan: SqlStatement<never>;
  readonly #insertJob: RowWriter;
  readonly #insertPlanned: RowWriter;
  readonly #insertEdge: RowWriter;
  readonly #insertNeed: RowWriter;
  readonly #ofRequest: SqlStatement<HeadRow>;
  readonly #lastKey: SqlStatement<{ last: number | null }>;
  readonly #get: SqlStatement<HeadRow>;
  readonly #list: SqlStatement<HeadRow>;
  readonly #page: SqlStatement<HeadRow>;
  readonly #open: SqlStatement<HeadRow>;
  readonly #planned: SqlStatement<{ planned: string }>;
  readonly #finish: SqlStatement<never>;
  readonly #unfinished: SqlStatement<{ unfinished: number }>;
  readonly #counted: TableAhead<PlanId, number>;

  constructor(connection: SqlConnection) {
    this.#insertRun = connection.prepare('INSERT INTO runs (started_ms, why) VALUES (?, ?)');
    this.#insertPlan = connection.prepare(
      `INSERT INTO plans (run, target, arch, created_ms, fail_fast, unfinished, cycles, problems, origin, request)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const writer = (sql: string): RowWriter => new RowWriter((text) => connection.prepareApart(text), sql);
    this.#insertJob = writer(
      `INSERT INTO jobs (key, plan, position, id, action, cycle, priority, build_class, state, reason, pending,
         losses, offer, since_ms, ready_since_ms, urgency, share, labels)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, 0, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertPlanned = writer('INSERT INTO job_plans VALUES (?, ?)');
    this.#insertEdge = writer('INSERT INTO job_edges VALUES (?, ?, ?, ?)');
    this.#insertNeed = writer('INSERT OR IGNORE INTO job_needs VALUES (?, ?)');
    this.#lastKey = connection.prepare('SELECT max(key) AS last FROM jobs');
    const heads = 'SELECT p.*, r.why FROM plans p JOIN runs r ON r.id = p.run';
    this.#get = connection.prepare(`${heads} WHERE p.id = ?`);
    this.#ofRequest = connection.prepare(`${heads} WHERE p.request = ?`);
    this.#list = connection.prepare(`${heads} ORDER BY p.id DESC LIMIT ?`);
    this.#page = connection.prepare(`${heads} WHERE p.id < ? ORDER BY p.id DESC LIMIT ?`);
    this.#open = connection.prepare(`${heads} WHERE p.finished_ms IS NULL ORDER BY p.id`);
    this.#planned = connection.prepare(
      'SELECT d.planned FROM jobs j JOIN job_plans d ON d.key = j.key WHERE j.plan = ? ORDER BY j.position',
    );
    this.#finish = connection.prepare('UPDATE plans SET finished_ms = ? WHERE id = ?');
    this.#unfinished = connection.prepareApart('SELECT unfinished FROM plans WHERE id = ?');
    this.#counted = connection.ahead.table('plans', {
      save: 'UPDATE plans SET unfinished = ? WHERE id = ?',
      kinds: ['integer', 'integer'],
    });
  }

  /**
   * Writes a run with its plan, all jobs as `waiting` unless there is an offer for them; keys of jobs count up from `firstKey` in
   * the plan's order. `rows` are the jobs as they were written.
   */
  add({ plan, why, failFast, atMs, offerOf }: NewPlan): {
    run: RunId;
    plan: PlanId;
    firstKey: number;
    rows: readonly JobRecord[];
  } {
    const run = this.#insertRun.run(atMs, why).lastId as RunId;
    const id = this.#insertPlan.run(
      run,
      plan.target,
      plan.arch,
      atMs,
      failFast ? 1 : 0,
      plan.jobs.length,
      JSON.stringify(plan.cycles),
      JSON.stringify(plan.problems),
      plan.origin === undefined ? null : JSON.stringify(plan.origin),
      plan.origin?.request ?? null,
    ).lastId as PlanId;
    const firstKey = (this.#lastKey.get()?.last ?? 0) + 1;
    const { rows, edges } = planRows({ plan, offerOf, atMs }, { id, firstKey });
    this.#insertJob.write(rows.map(valuesOf));
    this.#insertPlanned.write(plan.jobs.map((job, position) => [firstKey + position, JSON.stringify(job)]));
    this.#insertNeed.write(
      plan.jobs.flatMap(({ outside = [] }, position) =>
        outside.map((needed) => [needed, firstKey + position]),
      ),
    );
    this.#insertEdge.write(
      edges.map(({ dependency, dependant, required, kind }) => [
        dependency,
        dependant,
        required ? 1 : 0,
        kind,
      ]),
    );
    return { run, plan: id, firstKey, rows };
  }

  get(plan: PlanId): PlanHead | undefined {
    const row = this.#get.get(plan);
    return row && headOf(row);
  }

  /** The plan that a request led to. */
  ofRequest(request: string): PlanHead | undefined {
    const row = this.#ofRequest.get(request);
    return row && headOf(row);
  }

  /** The newest plans, newest first. */
  list(limit: number): PlanHead[] {
    return this.#list.all(limit).map(headOf);
  }

  /** Plans before one, newest first. */
  before(plan: PlanId | undefined, limit: number): PlanHead[] {
    return this.#page.all(plan ?? Number.MAX_SAFE_INTEGER, limit).map(headOf);
  }

  /** Plans with jobs that are not final, oldest first. */
  open(): PlanHead[] {
    return this.#open.all().map(headOf);
  }

  /** The plan as it was admitted. */
  load(plan: PlanId): Plan | undefined {
    const row = this.#get.get(plan);
    if (!row) return undefined;
    return {
      id: row.id,
      target: row.target,
      arch: row.arch,
      jobs: this.#planned.all(plan).map(({ planned }) => JSON.parse(planned) as PlannedJob),
      cycles: JSON.parse(row.cycles) as JobId[][],
      problems: JSON.parse(row.problems) as Problem[],
      ...(row.origin === null ? {} : { origin: JSON.parse(row.origin) as PlanOrigin }),
    };
  }

  /** One job of the plan became final; returns how many are left. */
  countDown(plan: PlanId): number {
    const before = this.#counted.get(plan) ?? this.#unfinished.get(plan)?.unfinished ?? 1;
    this.#counted.put(plan, before - 1, [before - 1, plan]);
    return before - 1;
  }

  finish(plan: PlanId, atMs: number): void {
    this.#finish.run(atMs, plan);
  }
}

/** A row of `jobs` as `#insertJob` writes it. */
const valuesOf = (row: JobRecord): SQLInputValue[] => [
  row.key,
  row.plan,
  row.position,
  row.id,
  row.action,
  row.cycle ?? null,
  row.priority,
  row.buildClass ?? null,
  row.state,
  row.pending,
  row.offer,
  row.sinceMs,
  row.readySinceMs ?? null,
  row.urgency,
  row.share,
  row.labels.length > 0 ? JSON.stringify(row.labels) : null,
];

function headOf(row: HeadRow): PlanHead {
  return {
    id: row.id,
    run: row.run,
    why: row.why,
    target: row.target,
    arch: row.arch,
    createdMs: row.created_ms,
    finishedMs: row.finished_ms ?? undefined,
    failFast: row.fail_fast === 1,
    unfinished: row.unfinished,
    origin: row.origin === null ? undefined : (JSON.parse(row.origin) as PlanOrigin),
  };
}
