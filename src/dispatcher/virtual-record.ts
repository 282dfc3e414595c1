import {
  type EdgeRow,
  type JobRecord,
  type NewPlan,
  type Peaks,
  type PlanHead,
  planRows,
} from '../database/index.ts';
import { type FarmEvent, isFinal, type JobStateName, type PlannedJob } from '../model/index.ts';
import type { AttemptId, JobId, PlanId, RunId } from '../primitives/index.ts';
import type { DispatchRecord } from './record.ts';
import { VirtualEdges } from './virtual-edges.ts';

/** Where a farm stands: what a record in memory begins with. */
export interface OpenWork {
  readonly plans: readonly PlanHead[];
  /** Jobs that are not final, and with those of whose state somebody may ask. */
  readonly rows: readonly JobRecord[];
  readonly edges: readonly EdgeRow[];
  /** What the plan says of a job, by the key of its row. */
  readonly planned: (key: number) => PlannedJob;
  readonly peaks?: ((job: JobId) => Peaks) | undefined;
}

interface HeldPlan {
  head: PlanHead;
  unfinished: number;
}

const nothing: OpenWork = {
  plans: [],
  rows: [],
  edges: [],
  planned: (key) => {
    throw new Error(`job ${key} is not in the record`);
  },
};

/**
 * A record that lives in memory and is thrown away: the same answers as a farm's database for admission and motion, compared
 * with it by a test. What only later plans read (artifacts, inventory, durations) is not kept.
 */
export class VirtualRecord implements DispatchRecord {
  readonly #jobs = new Map<number, JobRecord>();
  readonly #planned = new Map<number, PlannedJob>();
  readonly #plans = new Map<PlanId, HeldPlan>();
  readonly #openPlans = new Map<PlanId, PlanHead>();
  /** Rows of jobs that are not final, by job id, in the order of keys. */
  readonly #open = new Map<JobId, number[]>();
  readonly #ofId = new Map<JobId, number[]>();
  readonly #members = new Map<string, number[]>();
  readonly #keysOf = new Map<PlanId, number[]>();
  readonly #begun: OpenWork;
  readonly #nowMs: () => number;
  #lastKey = 0;
  #lastOffer = 0;
  #lastAttempt = 0;
  #lastEvent = 0;
  #lastPlan = 0;
  readonly edges: VirtualEdges;

  constructor(nowMs: () => number, begin: OpenWork = nothing) {
    this.#nowMs = nowMs;
    this.#begun = begin;
    this.edges = new VirtualEdges({
      get: (key) => this.#jobs.get(key),
      rowsOf: (id) => this.#ofId.get(id) ?? [],
      put: (row) => this.#jobs.set(row.key, row),
      oldest: () => this.#oldest(),
    });
    for (const head of begin.plans) this.#takePlan(head, 0);
    for (const row of begin.rows) {
      this.#take(row);
      const held = this.#plans.get(row.plan);
      if (held && !isFinal(row.state)) held.unfinished += 1;
      this.#lastOffer = Math.max(this.#lastOffer, row.offer);
      this.#lastAttempt = Math.max(this.#lastAttempt, row.attempt ?? 0);
    }
    for (const edge of begin.edges) this.edges.put(edge);
  }

  readonly plans: DispatchRecord['plans'] = {
    add: (plan) => this.#addPlan(plan),
    get: (plan) => this.#plans.get(plan)?.head,
    open: () => [...this.#openPlans.values()],
    countDown: (plan) => {
      const held = this.#plans.get(plan);
      if (!held) return 0;
      held.unfinished -= 1;
      return held.unfinished;
    },
    finish: (plan, atMs) => {
      const held = this.#plans.get(plan);
      if (held) held.head = { ...held.head, finishedMs: atMs };
      this.#openPlans.delete(plan);
    },
  };

  readonly jobs: DispatchRecord['jobs'] = {
    get: (key) => this.#jobs.get(key),
    update: (job, change) => {
      const { pending } = this.#jobs.get(job.key) ?? job;
      const next = { ...job, ...change, pending };
      this.#jobs.set(next.key, next);
      if (isFinal(next.state)) this.#close(next);
      return next;
    },
    planned: (key) => this.#planned.get(key) ?? this.#begun.planned(key),
    openOfPlan: (plan) => this.#rows(this.#keysOf.get(plan) ?? []).filter(({ state }) => !isFinal(state)),
    openWithId: (id) => this.#rows(this.#open.get(id) ?? []),
    decrementPending: (key) => {
      const job = this.#jobs.get(key);
      if (!job) return -1;
      this.#jobs.set(key, { ...job, pending: job.pending - 1 });
      return job.pending - 1;
    },
    takeOffers: (count) => {
      this.#lastOffer += count;
      return this.#lastOffer - count + 1;
    },
    cycleIsAtWork: (plan, cycle) =>
      this.#cycle(plan, cycle).some(({ state }) => state === 'ready' || state === 'running'),
    heldInCycle: (plan, cycle) =>
      this.#cycle(plan, cycle).filter(({ state, pending }) => state === 'waiting' && pending === 0),
    // rows and plans are at hand here anyway
    noteAdded: () => undefined,
    notePlanned: () => undefined,
  };

  readonly attempts: DispatchRecord['attempts'] = {
    start: () => {
      this.#lastAttempt += 1;
      return this.#lastAttempt as AttemptId;
    },
    end: () => undefined,
    setLogPath: () => undefined,
  };

  readonly events: DispatchRecord['events'] = {
    append: (plan, change, reason): FarmEvent => {
      this.#lastEvent += 1;
      return { id: this.#lastEvent, atMs: this.#nowMs(), plan, reason, ...change };
    },
  };

  readonly artifacts: DispatchRecord['artifacts'] = { add: () => undefined };
  readonly durations: DispatchRecord['durations'] = { add: () => undefined };
  readonly inventory: DispatchRecord['inventory'] = {
    get: () => undefined,
    succeeded: () => undefined,
    endedWithout: () => undefined,
  };
  readonly peaks: DispatchRecord['peaks'] = {
    get: (job) => this.#begun.peaks?.(job) ?? {},
    note: () => undefined,
  };

  /** All jobs it has, in the order in which they came. */
  all(): Iterable<JobRecord> {
    return this.#jobs.values();
  }

  /** How many jobs are in each state. */
  counts(): ReadonlyMap<JobStateName, number> {
    const counts = new Map<JobStateName, number>();
    for (const { state } of this.#jobs.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
    return counts;
  }

  #addPlan(wish: NewPlan): ReturnType<DispatchRecord['plans']['add']> {
    this.#lastPlan += 1;
    const id = this.#lastPlan as PlanId;
    const run = id as number as RunId;
    const { plan, why, failFast, atMs } = wish;
    const firstKey = this.#lastKey + 1;
    const { rows, edges } = planRows(wish, { id, firstKey });
    const { target, arch, origin } = plan;
    const times = { createdMs: atMs, finishedMs: undefined };
    const head = { id, run, why, target, arch, ...times, failFast, unfinished: rows.length, origin };
    this.#takePlan(head, rows.length);
    for (const [position, row] of rows.entries()) {
      const planned = plan.jobs[position] as PlannedJob;
      this.#planned.set(row.key, planned);
      this.#take(row);
      this.edges.noteNeeds(row.key, planned.outside ?? []);
    }
    for (const edge of edges) this.edges.put(edge);
    return { run, plan: id, firstKey, rows };
  }

  #oldest(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const id of this.#openPlans.keys()) oldest = Math.min(oldest, this.#keysOf.get(id)?.[0] ?? oldest);
    return oldest;
  }

  #takePlan(head: PlanHead, unfinished: number): void {
    this.#plans.set(head.id, { head, unfinished });
    if (head.finishedMs === undefined) this.#openPlans.set(head.id, head);
    this.#lastPlan = Math.max(this.#lastPlan, head.id);
  }

  #take(row: JobRecord): void {
    this.#jobs.set(row.key, row);
    this.#lastKey = Math.max(this.#lastKey, row.key);
    push(this.#keysOf, row.plan, row.key);
    push(this.#ofId, row.id, row.key);
    if (!isFinal(row.state)) push(this.#open, row.id, row.key);
    if (row.cycle !== undefined) push(this.#members, `${row.plan} ${row.cycle}`, row.key);
  }

  #close({ id, key }: JobRecord): void {
    const open = this.#open.get(id) ?? [];
    const left = open.filter((other) => other !== key);
    if (left.length > 0) this.#open.set(id, left);
    else this.#open.delete(id);
  }

  #cycle(plan: PlanId, cycle: number): JobRecord[] {
    return this.#rows(this.#members.get(`${plan} ${cycle}`) ?? []);
  }

  #rows(keys: readonly number[]): JobRecord[] {
    return keys.map((key) => this.#jobs.get(key) as JobRecord);
  }
}

function push<Key>(lists: Map<Key, number[]>, key: Key, value: number): void {
  const known = lists.get(key);
  if (known) known.push(value);
  else lists.set(key, [value]);
}
