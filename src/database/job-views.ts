import type {
  JobAction,
  JobStateName,
  Outcome,
  PlannedJob,
  PlanOrigin,
  RecipeKindName,
} from '../model/index.ts';
import type { AttemptId, BuilderName, JobId, PlanId } from '../primitives/index.ts';
import { open, openAs } from './job-records.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';

/** A job for people: where it stands, why, and what its newest attempt came to. */
export interface JobView {
  readonly plan: PlanId;
  readonly id: JobId;
  readonly name: string;
  readonly kind: RecipeKindName;
  readonly version: string;
  readonly action: JobAction;
  readonly state: JobStateName;
  readonly reason: string;
  /** When it came into this state. */
  readonly sinceMs: number;
  readonly expectedMs: number | undefined;
  readonly blockedOn: JobId | undefined;
  readonly attempt: AttemptId | undefined;
  readonly builder: BuilderName | undefined;
  readonly outcome: Outcome | undefined;
  readonly startedMs: number | undefined;
  readonly durationMs: number | undefined;
  readonly logPath: string | undefined;
}

/** One job of one plan, as outsiders name it: by the time of its request. */
export interface JobRevision {
  readonly key: number;
  readonly plan: PlanId;
  readonly id: JobId;
  readonly state: JobStateName;
  readonly reason: string;
  readonly sinceMs: number;
  readonly buildClass: number | string | undefined;
  readonly labels: readonly string[];
  readonly urgency: number;
  readonly requestedMs: number;
  readonly source: string | undefined;
  readonly commit: string | undefined;
  readonly pipeline: string | undefined;
  readonly attempt: AttemptId | undefined;
}

interface RevisionRow {
  readonly key: number;
  readonly plan: PlanId;
  readonly id: JobId;
  readonly state: JobStateName;
  readonly reason: string;
  readonly since_ms: number;
  readonly build_class: number | string | null;
  readonly labels: string | null;
  readonly urgency: number;
  readonly created_ms: number;
  readonly origin: string | null;
  readonly attempt: AttemptId | null;
}

interface StandRow {
  readonly state: JobStateName;
  readonly reason: string;
  readonly blocked_on: JobId | null;
  readonly builder: BuilderName | null;
  readonly started_ms: number | null;
  readonly duration_ms: number | null;
}

/** Where a job stands, for lists of thousands. */
export interface JobStand {
  readonly state: JobStateName;
  readonly reason: string;
  readonly blockedOn: JobId | null;
  /** Of the newest attempt. */
  readonly builder: BuilderName | null;
  readonly startedMs: number | null;
  readonly durationMs: number | null;
}

interface ViewRow {
  readonly plan: PlanId;
  readonly id: JobId;
  readonly action: JobAction;
  readonly state: JobStateName;
  readonly reason: string;
  readonly since_ms: number;
  readonly blocked_on: JobId | null;
  readonly planned: string;
  readonly attempt: AttemptId | null;
  readonly builder: BuilderName | null;
  readonly outcome: string | null;
  readonly started_ms: number | null;
  readonly duration_ms: number | null;
  readonly log_path: string | null;
}

/** Reads jobs together with their newest attempts. */
export class JobViews {
  readonly #ofPlan: SqlStatement<ViewRow>;
  readonly #pending: SqlStatement<{ id: JobId }>;
  readonly #revisions: SqlStatement<RevisionRow>;
  readonly #newestRevisions: SqlStatement<RevisionRow>;
  readonly #revision: SqlStatement<RevisionRow>;
  readonly #openRevisions: SqlStatement<RevisionRow>;
  readonly #idsOfName: SqlStatement<{ id: JobId }>;
  readonly #standsOf: SqlStatement<StandRow>;
  readonly #countsOfPlan: SqlStatement<{ state: JobStateName; count: number }>;
  readonly #broken: SqlStatement<{ ran: number; all_of: number }>;
  readonly #ahead: SqlStatement<{ count: number }>;
  readonly #counts: SqlStatement<{ state: JobStateName; count: number }>;

  constructor(connection: SqlConnection) {
    this.#ofPlan = connection.prepare(
      `SELECT j.plan, j.id, j.action, j.state, j.reason, j.since_ms, j.blocked_on, d.planned, j.attempt,
         a.builder, a.outcome, a.started_ms, a.duration_ms, a.log_path
       FROM jobs j JOIN job_plans d ON d.key = j.key LEFT JOIN attempts a ON a.id = j.attempt
       WHERE j.plan = ? ORDER BY j.position`,
    );
    const revision = `SELECT j.key, j.plan, j.id, j.state, j.reason, j.since_ms, j.build_class, j.labels, j.urgency,
       p.created_ms, p.origin, j.attempt FROM jobs j JOIN plans p ON p.id = j.plan`;
    this.#revisions = connection.prepare(
      `${revision} WHERE j.id = ? AND j.action <> 'keep' ORDER BY j.key DESC LIMIT ?`,
    );
    this.#revision = connection.prepare(`${revision} WHERE j.key = ?`);
    this.#newestRevisions = connection.prepare(
      `${revision} WHERE j.action <> 'keep' ORDER BY j.key DESC LIMIT ?`,
    );
    this.#openRevisions = connection.prepare(`${revision} WHERE ${openAs('j')} ORDER BY j.key`);
    this.#idsOfName = connection.prepare(
      `SELECT job_id AS id FROM inventory WHERE name = ?1
       UNION SELECT id FROM jobs WHERE ${open}
         AND substr(id, -length(?1) - 1) = '/' || ?1`,
    );
    this.#standsOf = connection.prepare(
      `SELECT j.state, j.reason, j.blocked_on, a.builder, a.started_ms, a.duration_ms
       FROM jobs j LEFT JOIN attempts a ON a.id = j.attempt WHERE j.plan = ? ORDER BY j.position`,
    );
    this.#countsOfPlan = connection.prepare(
      'SELECT state, count(*) AS count FROM jobs WHERE plan = ? GROUP BY state',
    );
    this.#broken = connection.prepare(
      `SELECT count(*) FILTER (WHERE j.attempt IS NOT NULL) AS ran, count(*) AS all_of
       FROM (SELECT action, state, attempt FROM jobs ORDER BY key DESC LIMIT 5000) j
       WHERE j.action = 'build-if-broken' AND NOT ${openAs('j')} AND j.state IN ('succeeded', 'failed', 'already-built')`,
    );
    this.#ahead = connection.prepare(
      `SELECT count(*) AS count FROM jobs o JOIN jobs me ON me.key = ? WHERE o.state = 'ready' AND ${openAs('o')}
         AND (o.urgency, o.priority, -o.ready_since_ms, -o.offer)
           > (me.urgency, me.priority, -me.ready_since_ms, -me.offer)`,
    );
    this.#counts = connection.prepare(
      `SELECT state, count(*) AS count FROM jobs WHERE ${open} GROUP BY state`,
    );
    this.#pending = connection.prepare(
      `SELECT d.id FROM jobs w JOIN job_edges e ON e.dependant = w.key JOIN jobs d ON d.key = e.dependency
       WHERE w.plan = ? AND w.id = ? AND ${openAs('d')} ORDER BY d.key`,
    );
  }

  /** The newest jobs with an id, newest first; those that a plan kept as they were are left out. */
  revisions(id: JobId, limit = 100): JobRevision[] {
    return this.#revisions.all(id, limit).map(revisionOf);
  }

  /** One job by the key of its row. */
  revision(key: number): JobRevision | undefined {
    const row = this.#revision.get(key);
    return row && revisionOf(row);
  }

  /** The newest jobs of all, newest first; those that plans kept as they were are left out. */
  newestRevisions(limit: number): JobRevision[] {
    return this.#newestRevisions.all(limit).map(revisionOf);
  }

  /** All that are not final, oldest first. */
  openRevisions(): JobRevision[] {
    return this.#openRevisions.all().map(revisionOf);
  }

  /** Job ids of a recipe name in all targets and architectures. */
  idsOfName(name: string): JobId[] {
    return this.#idsOfName.all(name).map(({ id }) => id);
  }

  /** Ready jobs that go before this one by urgency, priority and age; classes and shares are left aside. */
  ahead(job: { readonly key: number }): number {
    return this.#ahead.get(job.key)?.count ?? 0;
  }

  /** How many jobs of open plans are in each state. */
  openCounts(): ReadonlyMap<JobStateName, number> {
    return new Map(this.#counts.all().map(({ state, count }) => [state, count]));
  }

  /** Where the jobs of a plan stand, in the plan's order, without what the plan says of them. */
  standsOf(plan: PlanId): JobStand[] {
    return this.#standsOf.all(plan).map((row) => ({
      state: row.state,
      reason: row.reason,
      blockedOn: row.blocked_on,
      builder: row.builder,
      startedMs: row.started_ms,
      durationMs: row.duration_ms,
    }));
  }

  /** How many jobs of a plan are in each state. */
  countsOfPlan(plan: PlanId): ReadonlyMap<JobStateName, number> {
    return new Map(this.#countsOfPlan.all(plan).map(({ state, count }) => [state, count]));
  }

  /** Of the newest jobs that were to be built only if a dependency broke them: the share that had to be; undefined: there were none. */
  brokenShare(): number | undefined {
    const row = this.#broken.get();
    return row && row.all_of > 0 ? row.ran / row.all_of : undefined;
  }

  /** All jobs of a plan, in the plan's order. */
  ofPlan(plan: PlanId): JobView[] {
    return this.#ofPlan.all(plan).map(viewOf);
  }

  /** What a job still waits for. */
  pending(plan: PlanId, job: JobId): JobId[] {
    return this.#pending.all(plan, job).map(({ id }) => id);
  }
}

function viewOf(row: ViewRow): JobView {
  const planned = JSON.parse(row.planned) as PlannedJob;
  return {
    plan: row.plan,
    id: row.id,
    name: planned.name,
    kind: planned.kind,
    version: planned.version,
    action: row.action,
    state: row.state,
    reason: row.reason,
    sinceMs: row.since_ms,
    expectedMs: planned.expectedMs,
    blockedOn: row.blocked_on ?? undefined,
    attempt: row.attempt ?? undefined,
    builder: row.builder ?? undefined,
    outcome: row.outcome === null ? undefined : (JSON.parse(row.outcome) as Outcome),
    startedMs: row.started_ms ?? undefined,
    durationMs: row.duration_ms ?? undefined,
    logPath: row.log_path ?? undefined,
  };
}

function revisionOf(row: RevisionRow): JobRevision {
  const origin = row.origin === null ? undefined : (JSON.parse(row.origin) as PlanOrigin);
  return {
    key: row.key,
    plan: row.plan,
    id: row.id,
    state: row.state,
    reason: row.reason,
    sinceMs: row.since_ms,
    buildClass: row.build_class ?? undefined,
    labels: row.labels === null ? [] : (JSON.parse(row.labels) as string[]),
    urgency: row.urgency,
    requestedMs: origin?.requestedMs ?? row.created_ms,
    source: origin?.source,
    commit: origin?.commit,
    pipeline: origin?.pipeline,
    attempt: row.attempt ?? undefined,
  };
}
