import type { JobAction, JobStateName, PlannedJob } from '../model/index.ts';
import type { AttemptId, JobId, PlanId } from '../primitives/index.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';

/** Where one job of one plan stands. */
export interface JobRecord {
  /** Number of the row; the same job id has one in each plan. */
  readonly key: number;
  readonly plan: PlanId;
  readonly position: number;
  readonly id: JobId;
  readonly action: JobAction;
  readonly cycle: number | undefined;
  readonly priority: number;
  readonly buildClass: number | string | undefined;
  /** What people asked for: higher goes first. */
  readonly urgency: number;
  /** Whose share of the builders it uses: its source. */
  readonly share: string;
  readonly labels: readonly string[];
  readonly state: JobStateName;
  readonly reason: string;
  /** How many jobs it waits for. */
  readonly pending: number;
  /** How many of its attempts were lost. */
  readonly losses: number;
  /** Number of its newest offer to the queue; 0: none yet. */
  readonly offer: number;
  readonly sinceMs: number;
  /** When it was ready for the first time. */
  readonly readySinceMs: number | undefined;
  /** The newest attempt. */
  readonly attempt: AttemptId | undefined;
  /** Why the running attempt was asked to stop. */
  readonly canceling: string | undefined;
  /** The job that did not succeed, when this one is blocked. */
  readonly blockedOn: JobId | undefined;
}

/** A job that waits for another one. */
export interface Dependant {
  readonly key: number;
  readonly state: JobStateName;
  readonly required: boolean;
  readonly kind: EdgeKind;
}

export type EdgeKind = 'need' | 'cycle' | 'replaced';

/** What a move writes; what is left out stays. */
export type JobChange = Partial<
  Pick<
    JobRecord,
    | 'state'
    | 'reason'
    | 'urgency'
    | 'losses'
    | 'offer'
    | 'readySinceMs'
    | 'attempt'
    | 'canceling'
    | 'blockedOn'
  >
> & { readonly sinceMs: number };

interface JobRow {
  readonly key: number;
  readonly plan: PlanId;
  readonly position: number;
  readonly id: JobId;
  readonly action: JobAction;
  readonly cycle: number | null;
  readonly priority: number;
  readonly build_class: number | string | null;
  readonly urgency: number;
  readonly share: string;
  readonly labels: string | null;
  readonly state: JobStateName;
  readonly reason: string;
  readonly pending: number;
  readonly losses: number;
  readonly offer: number;
  readonly since_ms: number;
  readonly ready_since_ms: number | null;
  readonly attempt: AttemptId | null;
  readonly canceling: string | null;
  readonly blocked_on: JobId | null;
}

interface DependantRow {
  readonly key: number;
  readonly state: JobStateName;
  readonly required: number;
  readonly kind: EdgeKind;
}

const open = "state IN ('waiting', 'ready', 'running')";

/** The jobs of all plans and the edges between them. */
export class JobRecords {
  readonly #get: SqlStatement<JobRow>;
  readonly #ofPlan: SqlStatement<JobRow>;
  readonly #openOfPlan: SqlStatement<JobRow>;
  readonly #openById: SqlStatement<JobRow>;
  readonly #newest: SqlStatement<JobRow>;
  readonly #keyOf: SqlStatement<{ key: number }>;
  readonly #inState: SqlStatement<JobRow>;
  readonly #undecided: SqlStatement<JobRow>;
  readonly #cycleAtWork: SqlStatement<unknown>;
  readonly #held: SqlStatement<JobRow>;
  readonly #open: SqlStatement<JobRow>;
  readonly #needing: SqlStatement<JobRow>;
  readonly #pathTo: SqlStatement<unknown>;
  readonly #planned: SqlStatement<{ planned: string }>;
  readonly #dependants: SqlStatement<DependantRow>;
  readonly #dependencies: SqlStatement<JobRow>;
  readonly #update: SqlStatement<never>;
  readonly #decrement: SqlStatement<{ pending: number }>;
  readonly #increment: SqlStatement<never>;
  readonly #insertEdge: SqlStatement<never>;
  readonly #moveEdges: SqlStatement<never>;
  readonly #offers: SqlStatement<{ value: number }>;
  readonly #recount: SqlStatement<never>;

  constructor(connection: SqlConnection) {
    this.#get = connection.prepare('SELECT * FROM jobs WHERE key = ?');
    this.#ofPlan = connection.prepare('SELECT * FROM jobs WHERE plan = ? ORDER BY position');
    this.#openOfPlan = connection.prepare(`SELECT * FROM jobs WHERE plan = ? AND ${open} ORDER BY position`);
    this.#openById = connection.prepare(`SELECT * FROM jobs WHERE id = ? AND ${open} ORDER BY key`);
    this.#newest = connection.prepare('SELECT * FROM jobs WHERE id = ? ORDER BY key DESC LIMIT 1');
    this.#keyOf = connection.prepare('SELECT key FROM jobs WHERE id = ? AND plan = ?');
    this.#inState = connection.prepare(
      "SELECT * FROM jobs WHERE state = ? AND state IN ('ready', 'running') ORDER BY offer",
    );
    this.#undecided = connection.prepare(
      "SELECT * FROM jobs WHERE state = 'waiting' AND pending = 0 ORDER BY key",
    );
    this.#cycleAtWork = connection.prepare(
      "SELECT 1 FROM jobs WHERE plan = ? AND cycle = ? AND state IN ('ready', 'running') LIMIT 1",
    );
    this.#held = connection.prepare(
      `SELECT * FROM jobs WHERE plan = ? AND cycle = ? AND state = 'waiting' AND pending = 0 ORDER BY position`,
    );
    this.#open = connection.prepare(`SELECT * FROM jobs WHERE ${open} ORDER BY key`);
    this.#needing = connection.prepare(
      `SELECT j.* FROM job_needs n JOIN jobs j ON j.key = n.job WHERE n.needed = ?1 AND j.${open}
       UNION SELECT j.* FROM jobs d JOIN job_edges e ON e.dependency = d.key AND e.kind = 'need'
         JOIN jobs j ON j.key = e.dependant WHERE d.id = ?1 AND j.${open} ORDER BY 1`,
    );
    this.#pathTo = connection.prepare(
      `WITH RECURSIVE before (key) AS (
         SELECT ?1 UNION SELECT e.dependency FROM before b JOIN job_edges e ON e.dependant = b.key
           JOIN jobs d ON d.key = e.dependency WHERE d.${open})
       SELECT 1 FROM before WHERE key = ?2 LIMIT 1`,
    );
    this.#planned = connection.prepare('SELECT planned FROM job_plans WHERE key = ?');
    this.#dependants = connection.prepare(
      `SELECT j.key, j.state, e.required, e.kind FROM job_edges e JOIN jobs j ON j.key = e.dependant
       WHERE e.dependency = ? ORDER BY j.key`,
    );
    this.#dependencies = connection.prepare(
      `SELECT j.* FROM job_edges e JOIN jobs j ON j.key = e.dependency
       WHERE e.dependant = ? AND e.kind = 'need' ORDER BY j.key`,
    );
    this.#update = connection.prepare(
      `UPDATE jobs SET state = ?, reason = ?, losses = ?, offer = ?, ready_since_ms = ?, attempt = ?,
         canceling = ?, blocked_on = ?, since_ms = ?, urgency = ? WHERE key = ?`,
    );
    this.#decrement = connection.prepare(
      'UPDATE jobs SET pending = pending - 1 WHERE key = ? RETURNING pending',
    );
    this.#increment = connection.prepare('UPDATE jobs SET pending = pending + 1 WHERE key = ?');
    this.#insertEdge = connection.prepare('INSERT OR IGNORE INTO job_edges VALUES (?, ?, ?, ?)');
    this.#moveEdges = connection.prepare(
      `UPDATE OR IGNORE job_edges SET dependency = ?2 WHERE dependency = ?1
         AND dependant IN (SELECT e.dependant FROM job_edges e JOIN jobs j ON j.key = e.dependant
           WHERE e.dependency = ?1 AND j.state = 'waiting' AND j.plan < ?3)`,
    );
    this.#offers = connection.prepare(
      "UPDATE counters SET value = value + ? WHERE name = 'offer' RETURNING value",
    );
    this.#recount = connection.prepare(
      `UPDATE jobs SET pending = live.count FROM (
         SELECT w.key AS key, (SELECT count(*) FROM job_edges e JOIN jobs d ON d.key = e.dependency
           WHERE e.dependant = w.key AND d.${open}) AS count
         FROM plans p JOIN jobs w ON w.plan = p.id WHERE p.finished_ms IS NULL AND w.state = 'waiting'
       ) AS live WHERE jobs.key = live.key AND jobs.pending <> live.count`,
    );
  }

  get(key: number): JobRecord | undefined {
    const row = this.#get.get(key);
    return row && jobOf(row);
  }

  /** All jobs of a plan, in the plan's order. */
  ofPlan(plan: PlanId): JobRecord[] {
    return this.#ofPlan.all(plan).map(jobOf);
  }

  /** Those that are not final, in the plan's order. */
  openOfPlan(plan: PlanId): JobRecord[] {
    return this.#openOfPlan.all(plan).map(jobOf);
  }

  /** Jobs with this id that are not final: one, or a running one and the one that replaces it; oldest first. */
  openWithId(id: JobId): JobRecord[] {
    return this.#openById.all(id).map(jobOf);
  }

  /** All jobs of all plans that are not final, oldest first. */
  open(): JobRecord[] {
    return this.#open.all().map(jobOf);
  }

  /** Open jobs that need this one, directly or through jobs that their plans left out; oldest first. */
  needing(id: JobId): JobRecord[] {
    return this.#needing.all(id).map(jobOf);
  }

  /** Whether an open job waits for another open one, directly or not. */
  waitsFor(key: number, other: number): boolean {
    return this.#pathTo.get(key, other) !== undefined;
  }

  /** The job of the newest plan that has this id. */
  newestWithId(id: JobId): JobRecord | undefined {
    const row = this.#newest.get(id);
    return row && jobOf(row);
  }

  /** The row of a job in a plan. */
  keyOf(plan: PlanId, id: JobId): number | undefined {
    return this.#keyOf.get(id, plan)?.key;
  }

  /** All jobs in a state, in the order of their offers. */
  inState(state: 'ready' | 'running'): JobRecord[] {
    return this.#inState.all(state).map(jobOf);
  }

  /** Waiting jobs that wait for no job any more: for a decision, or for a member of their cycle to be over. */
  undecided(): JobRecord[] {
    return this.#undecided.all().map(jobOf);
  }

  /** Whether a member of a dependency cycle is ready or running: then no other member may be. */
  cycleIsAtWork(plan: PlanId, cycle: number): boolean {
    return this.#cycleAtWork.get(plan, cycle) !== undefined;
  }

  /** Members of a cycle that only wait for another member to be over, in the plan's order. */
  heldInCycle(plan: PlanId, cycle: number): JobRecord[] {
    return this.#held.all(plan, cycle).map(jobOf);
  }

  /** What the plan says of a job. */
  planned(key: number): PlannedJob {
    const row = this.#planned.get(key);
    if (!row) throw new Error(`job ${key} is not in the record`);
    return JSON.parse(row.planned) as PlannedJob;
  }

  /** Jobs that wait for this one, in the order of their plans. */
  dependants(key: number): Dependant[] {
    return this.#dependants.all(key).map((row) => ({ ...row, required: row.required === 1 }));
  }

  /** Jobs that this one needs, arrows that only order members of a cycle left out. */
  dependencies(key: number): JobRecord[] {
    return this.#dependencies.all(key).map(jobOf);
  }

  /** Writes a change and returns the job as it is then. */
  update(job: JobRecord, change: JobChange): JobRecord {
    const next: JobRecord = { ...job, ...change };
    this.#update.run(
      next.state,
      next.reason,
      next.losses,
      next.offer,
      next.readySinceMs ?? null,
      next.attempt ?? null,
      next.canceling ?? null,
      next.blockedOn ?? null,
      next.sinceMs,
      next.urgency,
      next.key,
    );
    return next;
  }

  /** One of the jobs it waits for is over; returns how many are left. */
  decrementPending(key: number): number {
    return this.#decrement.get(key)?.pending ?? 0;
  }

  /** Makes a waiting job wait for one more; nothing when it does already. */
  addEdge(dependency: number, dependant: number, kind: EdgeKind): void {
    const { changes } = this.#insertEdge.run(dependency, dependant, 0, kind);
    if (changes === 1) this.#increment.run(dependant);
  }

  /** Makes everything of plans before `plan` that waits for job `from` wait for job `to`. */
  moveDependants(from: number, to: number, plan: PlanId): void {
    this.#moveEdges.run(from, to, plan);
  }

  /** The first of `count` new offer numbers, higher than all before. */
  takeOffers(count: number): number {
    return (this.#offers.get(count)?.value ?? 0) - count + 1;
  }

  /** Counts anew what the waiting jobs of unfinished plans wait for; returns how many counts were wrong. */
  recountPending(): number {
    return this.#recount.run().changes;
  }
}

function jobOf(row: JobRow): JobRecord {
  return {
    key: row.key,
    plan: row.plan,
    position: row.position,
    id: row.id,
    action: row.action,
    cycle: row.cycle ?? undefined,
    priority: row.priority,
    buildClass: row.build_class ?? undefined,
    urgency: row.urgency,
    share: row.share,
    labels: row.labels === null ? [] : (JSON.parse(row.labels) as string[]),
    state: row.state,
    reason: row.reason,
    pending: row.pending,
    losses: row.losses,
    offer: row.offer,
    sinceMs: row.since_ms,
    readySinceMs: row.ready_since_ms ?? undefined,
    attempt: row.attempt ?? undefined,
    canceling: row.canceling ?? undefined,
    blockedOn: row.blocked_on ?? undefined,
  };
}
