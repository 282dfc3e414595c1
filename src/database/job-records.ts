import { isFinal, type JobAction, type JobStateName, type PlannedJob } from '../model/index.ts';
import type { AttemptId, JobId, PlanId } from '../primitives/index.ts';
import type { Noted } from './noted.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';
import type { TableAhead } from './table-ahead.ts';

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

/** A row of the table `jobs`. */
export interface JobRow {
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

/**
 * Jobs that are not final, in SQL, of a table that goes by another name. Word for word what `open_jobs` is an index of; a list
 * with `IN` would be put together anew for each row that is written.
 */
export const openAs = (table: string): string =>
  `(${(['waiting', 'ready', 'running'] as const).map((state) => `${table}.state = '${state}'`).join(' OR ')})`;

/** The same of the table `jobs`. */
export const open = openAs('jobs');

/** How many offers are known without asking. */
const mostOffered = 50_000;

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
  readonly #planned: SqlStatement<{ planned: string }>;
  readonly #offers: SqlStatement<{ value: number }>;
  /** Rows as the last moves left them; what they wait for stands apart, since it is counted from outside. */
  readonly #moved: TableAhead<number, JobRecord>;
  readonly #counted: TableAhead<number, number>;
  readonly #counters: TableAhead<'offer', number>;
  /** What plans say of open jobs: asked for when an attempt begins, and again when it ends. */
  readonly #known: Noted<number, PlannedJob>;
  /** Rows of ready jobs by their offers; not all, and a move that was undone may have left a wrong one. */
  readonly #byOffer = new Map<number, number>();

  constructor(connection: SqlConnection) {
    this.#get = connection.prepareApart('SELECT * FROM jobs WHERE key = ?');
    this.#ofPlan = connection.prepare('SELECT * FROM jobs WHERE plan = ? ORDER BY position');
    this.#openOfPlan = connection.prepare(`SELECT * FROM jobs WHERE plan = ? AND ${open} ORDER BY position`);
    this.#openById = connection.prepareApart(`SELECT * FROM jobs WHERE id = ? AND ${open} ORDER BY key`);
    this.#newest = connection.prepare('SELECT * FROM jobs WHERE id = ? ORDER BY key DESC LIMIT 1');
    this.#keyOf = connection.prepare('SELECT key FROM jobs WHERE id = ? AND plan = ?');
    this.#inState = connection.prepare(`SELECT * FROM jobs WHERE state = ? AND ${open} ORDER BY offer`);
    this.#undecided = connection.prepare(
      "SELECT * FROM jobs WHERE state = 'waiting' AND pending = 0 ORDER BY key",
    );
    this.#cycleAtWork = connection.prepare(
      "SELECT 1 FROM jobs WHERE plan = ? AND cycle = ? AND state IN ('ready', 'running') LIMIT 1",
    );
    this.#held = connection.prepare(
      `SELECT * FROM jobs WHERE plan = ? AND cycle = ? AND state = 'waiting' AND pending = 0 ORDER BY position`,
    );
    this.#planned = connection.prepareApart('SELECT planned FROM job_plans WHERE key = ?');
    this.#moved = connection.ahead.table('jobs', {
      // as a list of values, so that one statement writes many
      save: `UPDATE jobs SET state = v.column1, reason = v.column2, losses = v.column3, offer = v.column4,
         ready_since_ms = v.column5, attempt = v.column6, canceling = v.column7, blocked_on = v.column8,
         since_ms = v.column9, urgency = v.column10
         FROM (VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)) AS v WHERE jobs.key = v.column11`,
      kinds: [
        ...(['text', 'text', 'integer', 'integer', 'integer?', 'integer?'] as const),
        ...(['text?', 'text?', 'integer', 'integer', 'integer'] as const),
      ],
      isKept: true,
    });
    this.#known = connection.ahead.noted();
    this.#counted = connection.ahead.table('pending', {
      save: 'UPDATE jobs SET pending = ? WHERE key = ?',
      kinds: ['integer', 'integer'],
      isKept: true,
    });
    this.#counters = connection.ahead.table('counters', {
      save: "UPDATE counters SET value = ? WHERE name = 'offer'",
      kinds: ['integer'],
    });
    this.#offers = connection.prepareApart("SELECT value FROM counters WHERE name = 'offer'");
  }

  get(key: number): JobRecord | undefined {
    const moved = this.#moved.get(key);
    if (moved) return this.#withPending(moved);
    const row = this.#get.get(key);
    return row && this.#withPending(this.#moved.note(key, jobOf(row)));
  }

  /**
   * The job that was offered to the queue with this number and is ready or running. `id` is what the queue calls it.
   */
  offered(id: JobId, offer: number): JobRecord | undefined {
    const key = this.#byOffer.get(offer);
    const known = key === undefined ? undefined : this.get(key);
    const isIt = (job: JobRecord): boolean =>
      job.id === id && job.offer === offer && (job.state === 'ready' || job.state === 'running');
    return known && isIt(known) ? known : this.openWithId(id).find(isIt);
  }

  /** To be called when a statement changed how many jobs others wait for. */
  forgetPending(): void {
    this.#moved.forget();
    this.#counted.forget();
  }

  /** The job of a row, which may have moved since the tables were written. */
  standing(row: JobRow): JobRecord {
    return this.#withPending(this.#moved.get(row.key) ?? jobOf(row));
  }

  /** State of a job that moved since the tables were written. */
  movedTo(key: number): JobStateName | undefined {
    return this.#moved.get(key)?.state;
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
    // what the table calls open may be over; what is over there is over
    return this.#openById.all(id).flatMap((row) => {
      const job = this.standing(row);
      return isFinal(job.state) ? [] : [job];
    });
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
    const known = this.#known.get(key);
    if (known) return known;
    const row = this.#planned.get(key);
    if (!row) throw new Error(`job ${key} is not in the record`);
    return this.#known.note(key, JSON.parse(row.planned) as PlannedJob);
  }

  /** Keeps at hand a row that was just written. */
  noteAdded(row: JobRecord): void {
    this.#moved.note(row.key, row);
    if (row.state === 'ready') this.#byOffer.set(row.offer, row.key);
  }

  /** Keeps at hand what a plan that is being written says of a job. */
  notePlanned(key: number, planned: PlannedJob): void {
    this.#known.note(key, planned);
  }

  /** Writes a change and returns the job as it is then. */
  update(job: JobRecord, change: JobChange): JobRecord {
    // what it waits for may have been counted since `job` was read
    const { pending } = this.get(job.key) ?? job;
    const next: JobRecord = { ...job, ...change, pending };
    if (isFinal(next.state)) this.#known.drop(next.key);
    if (next.state === 'ready') this.#byOffer.set(next.offer, next.key);
    else this.#byOffer.delete(next.offer);
    if (this.#byOffer.size > mostOffered) this.#byOffer.clear();
    this.#moved.put(next.key, next, [
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
    ]);
    return next;
  }

  /** One of the jobs it waits for is over; returns how many are left. */
  decrementPending(key: number): number {
    const pending = (this.get(key)?.pending ?? 0) - 1;
    this.#counted.put(key, pending, [pending, key]);
    return pending;
  }

  /** The first of `count` new offer numbers, higher than all before. */
  takeOffers(count: number): number {
    const last = this.#counters.get('offer') ?? this.#offers.get()?.value ?? 0;
    this.#counters.put('offer', last + count, [last + count]);
    return last + 1;
  }

  #withPending(job: JobRecord): JobRecord {
    const pending = this.#counted.get(job.key);
    return pending === undefined || pending === job.pending ? job : { ...job, pending };
  }
}

/** The record of a row. */
export function jobOf(row: JobRow): JobRecord {
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
