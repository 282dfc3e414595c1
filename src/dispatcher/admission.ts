import type { JobRecord } from '../database/index.ts';
import { ProblemError } from '../diagnostics/index.ts';
import type { Plan, PlannedJob } from '../model/index.ts';
import { checkPlan } from '../planner/index.ts';
import type { PlanId, RunId } from '../primitives/index.ts';
import type { Motion } from './motion.ts';
import type { DispatchRecord } from './record.ts';

export interface AdmitOptions {
  /** Why this run came about, as a line for people. */
  readonly why: string;
  readonly failFast: boolean;
}

export interface Admitted {
  readonly runId: RunId;
  readonly planId: PlanId;
}

/** Refuses a plan that contradicts itself (PLN019). */
export function refuseBrokenPlan(plan: Plan): void {
  const [broken] = checkPlan(plan);
  if (broken) throw new ProblemError(broken);
}

/**
 * Writes a plan and gets its jobs going, within a transaction. Jobs of older plans with the same ids make way
 * (specification 14.2): those that do not run yet end as canceled; a running one is asked to stop, and the new
 * job waits for it. Whatever else waited for them waits for the new ones. `keep` wants nothing done and replaces
 * nothing.
 */
export function admitPlan(
  plan: Plan,
  options: AdmitOptions,
  scene: { database: DispatchRecord; motion: Motion; nowMs: number },
): Admitted {
  const { database, motion, nowMs } = scene;
  // beside jobs of other plans they may have to wait for those
  const offerOf = database.plans.open().length === 0 ? offersFrom(database) : undefined;
  const { why, failFast } = options;
  const added = database.plans.add({ plan, why, failFast, atMs: nowMs, offerOf });
  noteRows(plan, added.rows, database);
  // in this order, so that whoever tells of both ends with what holds: the old job is over, the new one waits
  replaceOlder(plan, added, { database, motion });
  motion.tell(added.plan, { kind: 'plan-admitted' }, options.why);
  linkToOthers(plan, added, { database, motion });
  for (const [position, job] of plan.jobs.entries())
    if (job.action !== 'keep') database.jobs.notePlanned(added.firstKey + position, job);
  for (const row of added.rows) {
    if (row.state === 'ready') {
      motion.wasWrittenReady(row);
      continue;
    }
    const job = database.jobs.get(row.key);
    if (job?.state !== 'waiting') continue;
    if (job.action === 'keep' || job.pending === 0) motion.free(job);
    motion.spread();
  }
  if (plan.jobs.length === 0) {
    database.plans.finish(added.plan, nowMs);
    motion.tell(added.plan, { kind: 'plan-finished' }, '');
    motion.effects.finished.push(added.plan);
  }
  return { runId: added.run, planId: added.plan };
}

/** Jobs that may run at once are written as such: to write them as waiting and to move them then costs twice as much. */
const offersFrom =
  ({ jobs }: DispatchRecord) =>
  ({ action, cycle }: PlannedJob): number | undefined =>
    action === 'build' && cycle === undefined ? jobs.takeOffers(1) : undefined;

/** What was just written is not read back. Most jobs are waited for by no other one: it need not be asked when they begin and end. */
function noteRows(plan: Plan, rows: readonly JobRecord[], { jobs, edges }: DispatchRecord): void {
  const awaited = new Set(plan.jobs.flatMap(({ waitsFor }) => waitsFor.map(({ job }) => job)));
  for (const row of rows) {
    jobs.noteAdded(row);
    if (!awaited.has(row.id)) edges.noteUnawaited(row.key);
  }
}

function replaceOlder(
  plan: Plan,
  added: { plan: PlanId; firstKey: number },
  { database, motion }: { database: DispatchRecord; motion: Motion },
): void {
  if (database.plans.open().every(({ id }) => id === added.plan)) return;
  const older: JobRecord[] = [];
  for (const [position, job] of plan.jobs.entries()) {
    const key = added.firstKey + position;
    if (job.action === 'keep') continue;
    for (const old of database.jobs.openWithId(job.id)) {
      if (old.key === key) continue;
      older.push(old);
      database.edges.moveDependants(old.key, key, added.plan);
      if (old.state !== 'running') continue;
      for (const waiting of togetherWith(plan, position)) {
        database.edges.addEdge(old.key, added.firstKey + waiting, 'replaced');
      }
    }
  }
  motion.cancel(older, `replaced by plan ${added.plan}`);
  motion.spread();
}

/** Positions of a job and of all members of its cycle: none of them may run while one does (specification 12.5). */
function togetherWith(plan: Plan, position: number): readonly number[] {
  const cycle = plan.jobs[position]?.cycle;
  if (cycle === undefined) return [position];
  return [...plan.jobs.keys()].filter((other) => plan.jobs[other]?.cycle === cycle);
}

/**
 * Needs that cross plans (specification 12.7: no job runs while one that it depends on, directly or not, is queued
 * or running): new jobs wait for open ones of other plans, and jobs of other plans wait for the new ones; those that a
 * builder has already do so when they come back. An arrow that would close a circle is left out, as the planner does
 * with needs that go in circles.
 */
function linkToOthers(
  plan: Plan,
  added: { plan: PlanId; firstKey: number },
  { database, motion }: { database: DispatchRecord; motion: Motion },
): void {
  if (database.plans.open().every(({ id }) => id === added.plan)) return;
  const { jobs, edges } = database;
  const link = (dependency: number, dependant: number): void => {
    if (!edges.waitsFor(dependency, dependant)) edges.addEdge(dependency, dependant, 'need');
  };
  for (const [position, job] of plan.jobs.entries()) {
    const key = added.firstKey + position;
    if (job.action === 'keep') {
      // it is over at once, and hands on to its dependants that another plan has it under way
      for (const open of jobs.openWithId(job.id)) {
        if (open.plan === added.plan) continue;
        link(open.key, key);
        if (job.cycle === undefined) continue;
        // a member of the cycle may be waited for by it, and then cannot wait: those behind can
        for (const behind of edges.needing(job.id))
          if (behind.plan === added.plan) link(open.key, behind.key);
      }
      continue;
    }
    for (const needed of job.outside ?? []) {
      for (const open of jobs.openWithId(needed)) if (open.plan !== added.plan) link(open.key, key);
    }
    for (const other of edges.needing(job.id)) {
      if (other.plan === added.plan || other.id === job.id) continue;
      if (edges.waitsFor(key, other.key)) continue;
      if (other.state === 'ready') motion.hold(other, `'${job.id}', which it needs, was scheduled again`);
      edges.addEdge(key, other.key, 'need');
    }
  }
}
