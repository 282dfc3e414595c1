import type { JobAction, JobStateName, Outcome, PlannedJob, RecipeKindName } from '../model/index.ts';
import type { AttemptId, BuilderName, JobId, PlanId } from '../primitives/index.ts';
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

  constructor(connection: SqlConnection) {
    this.#ofPlan = connection.prepare(
      `SELECT j.plan, j.id, j.action, j.state, j.reason, j.since_ms, j.blocked_on, d.planned, j.attempt,
         a.builder, a.outcome, a.started_ms, a.duration_ms, a.log_path
       FROM jobs j JOIN job_plans d ON d.key = j.key LEFT JOIN attempts a ON a.id = j.attempt
       WHERE j.plan = ? ORDER BY j.position`,
    );
    this.#pending = connection.prepare(
      `SELECT d.id FROM jobs w JOIN job_edges e ON e.dependant = w.key JOIN jobs d ON d.key = e.dependency
       WHERE w.plan = ? AND w.id = ? AND d.state IN ('waiting', 'ready', 'running') ORDER BY d.key`,
    );
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
