import type { SimulateQuery, SimulationReply } from '../../api/index.ts';
import type { JobRecord, PlanHead } from '../../database/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { digraph, reachCounts } from '../../graph/index.ts';
import { nextTurn } from '../../host/index.ts';
import type { PlanId } from '../../primitives/index.ts';
import {
  type Fate,
  type LowerBound,
  lowerBound,
  medianOf,
  type PolicyName,
  policyNames,
  type SimulatedJob,
  type Simulation,
  type SimulationRequest,
  simulate,
  summarize,
  type VirtualBuilder,
  withPolicy,
} from '../../simulator/index.ts';
import { usualArchOf } from '../service/architectures.ts';
import { readBuilders, workingBuilders } from './builders.ts';
import { brokenShareOf, durationModel, type ForesightScene, groupOf, openWork } from './farm-work.ts';

/** As many jobs as a simulation of all policies takes a few seconds for. */
const mostJobs = 25_000;

/** What is simulated: the same for each policy but for priorities. */
interface Course {
  readonly what: string;
  readonly startMs: number;
  readonly jobs: number;
  readonly recordedMs: number | undefined;
  readonly of: (policy: PolicyName) => Pick<SimulationRequest, 'arrivals' | 'open'>;
  readonly fate: (job: JobRecord) => Fate & { readonly isKnown: boolean };
  readonly decide: (job: JobRecord) => boolean;
}

/** Runs plans and history forward on virtual builders, one request after the other. */
export class Simulations {
  readonly #scene: ForesightScene;
  readonly #most: number;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(scene: ForesightScene, most = mostJobs) {
    this.#scene = scene;
    this.#most = most;
  }

  /** Throws SIM001 (builders), SIM002 (nothing to simulate), SIM003 (too much). */
  run(query: SimulateQuery): Promise<SimulationReply> {
    const mine = this.#turn.then(() => this.#run(query));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #run(query: SimulateQuery): Promise<SimulationReply> {
    const { farm, builders: views, isOwn } = this.#scene;
    const usualArch = usualArchOf(farm);
    const there = workingBuilders(views(), isOwn);
    const builders = query.builders === undefined ? there : readBuilders(query.builders, there, usualArch);
    if (builders.length === 0)
      throw fault('SIM001', {
        what: 'no builder is at work',
        next: 'Describe some with --builders, as in --builders 4.',
      });
    const startedMs = farm.clock.monotonicMs();
    const course = this.#course(query);
    if (course.jobs > this.#most)
      throw fault('SIM003', { what: `${course.what} has ${course.jobs} jobs; ${this.#most} are possible` });
    const policies: SimulationReply['policies'] = [];
    let first: { readonly simulation: Simulation; readonly bound: LowerBound } | undefined;
    for (const policy of query.policy === undefined ? policyNames : [query.policy]) {
      const { startMs, decide, fate } = course;
      const simulation = simulate({ startMs, builders, usualArch, decide, fate, ...course.of(policy) });
      first ??= { simulation, bound: boundOf(simulation, course, { builders, usualArch }) };
      const { makespanMs, waiting, utilisation } = summarize(simulation, startMs);
      const { boundMs } = first.bound;
      policies.push({
        policy,
        makespanMs,
        ratio: boundMs > 0 ? makespanMs / boundMs : null,
        waiting,
        utilisation,
      });
      await nextTurn();
    }
    const { simulation, bound } = first as NonNullable<typeof first>;
    const { ran, states, stuck, builders: seats } = summarize(simulation, course.startMs);
    const unknown = [...simulation.jobs.values()].filter(
      ({ job, startedMs: began }) => began !== undefined && !course.fate(job).isKnown,
    );
    return {
      what: course.what,
      jobs: simulation.jobs.size,
      ran,
      states,
      withoutHistory: unknown.length,
      bound,
      policies,
      builders: [...seats],
      stuck: stuck.slice(0, 200),
      recordedMs: course.recordedMs ?? null,
      tookMs: Math.round(farm.clock.monotonicMs() - startedMs),
    };
  }

  #course({ plan, since }: SimulateQuery): Course {
    const { database, clock } = this.#scene.farm;
    if (plan !== undefined) {
      const head = database.plans.get(plan as PlanId);
      if (!head) throw fault('SIM002', { what: `there is no plan ${plan}` });
      return this.#recorded([head], `plan ${plan}`);
    }
    if (since !== undefined) {
      const heads: PlanHead[] = [];
      for (let before: PlanId | undefined; ; ) {
        const page = database.plans.before(before, 200);
        heads.push(...page.filter(({ createdMs }) => createdMs >= since));
        before = page.at(-1)?.id;
        if (before === undefined || (page.at(-1)?.createdMs ?? 0) < since) break;
        if (heads.length > mostJobs) break;
      }
      const from = new Date(since).toISOString();
      if (heads.length === 0) throw fault('SIM002', { what: `nothing was planned since ${from}` });
      return this.#recorded(
        heads.reverse(),
        `${heads.length} ${heads.length === 1 ? 'plan' : 'plans'} since ${from}`,
      );
    }
    const open = openWork(this.#scene.farm);
    if (open.rows.length === 0) throw fault('SIM002', { what: 'no job is open now' });
    return this.#now(open, clock.nowMs());
  }

  /** Plans of the record as they came: what ran takes as long as it took, and ends as it ended. */
  #recorded(heads: readonly PlanHead[], what: string): Course {
    const { farm } = this.#scene;
    const model = durationModel(farm);
    const brokenShare = brokenShareOf(farm);
    const startMs = heads[0]?.createdMs ?? 0;
    const plans = heads.flatMap((head) => farm.database.plans.load(head.id) ?? []);
    // rows of the simulation count up from 1 over all plans, in the order in which they come
    const known = new Map<
      string,
      { readonly ms: number | undefined; readonly ran: boolean; readonly fate: Fate['outcome'] }
    >();
    for (const [at, head] of heads.entries())
      for (const view of farm.database.views.ofPlan(head.id))
        known.set(`${at + 1} ${view.id}`, {
          ms: view.durationMs,
          ran: view.attempt !== undefined || !isOver(view.state),
          fate: outcomeOf(view.state),
        });
    const of = ({ plan, id }: JobRecord) => known.get(`${plan} ${id}`);
    const ends = heads.flatMap(({ finishedMs }) => finishedMs ?? []);
    return {
      what,
      startMs,
      jobs: plans.reduce((sum, { jobs }) => sum + jobs.length, 0),
      recordedMs: ends.length === heads.length ? Math.max(...ends) - startMs : undefined,
      of: (policy) => ({
        arrivals: plans.map((plan, at) => ({
          atMs: heads[at]?.createdMs ?? startMs,
          plan: withPolicy(plan, policy),
        })),
      }),
      fate: (job) => {
        const recorded = of(job);
        const estimate = model.estimate(job.id, groupOf(job));
        const isKnown = recorded?.ms !== undefined || estimate.basis !== 'no-history';
        return {
          durationMs: recorded?.ms ?? medianOf(estimate),
          outcome: recorded?.fate ?? 'succeeded',
          isKnown,
        };
      },
      decide: (job) => of(job)?.ran ?? brokenShare >= 0.5,
    };
  }

  #now(open: ReturnType<typeof openWork>, nowMs: number): Course {
    const model = durationModel(this.#scene.farm);
    const brokenShare = brokenShareOf(this.#scene.farm);
    const running = new Map(open.running.map(({ key, sinceMs }) => [key, nowMs - sinceMs]));
    const usual = (job: JobRecord): number => medianOf(model.estimate(job.id, groupOf(job)));
    return {
      what: 'what is open now',
      startMs: nowMs,
      jobs: open.rows.length,
      recordedMs: undefined,
      of: (policy) => ({ open: { ...open, rows: prioritized(open, policy, usual) } }),
      fate: (job) => ({
        durationMs: Math.max(usual(job), running.get(job.key) ?? 0),
        outcome: 'succeeded',
        isKnown: model.estimate(job.id, groupOf(job)).basis !== 'no-history',
      }),
      decide: () => brokenShare >= 0.5,
    };
  }
}

const isOver = (state: string): boolean => !['waiting', 'ready', 'running'].includes(state);

/** What never ran ends well: what it would have come to nobody knows. */
function outcomeOf(state: JobRecord['state']): Fate['outcome'] {
  return state === 'failed' || state === 'timed-out' || state === 'skipped' || state === 'already-built'
    ? state
    : 'succeeded';
}

/** Open jobs as another policy would have them. */
function prioritized(
  open: ReturnType<typeof openWork>,
  policy: PolicyName,
  usualMs: (job: JobRecord) => number,
): readonly JobRecord[] {
  switch (policy) {
    case 'critical-path':
      return open.rows;
    case 'fifo':
      return open.rows.map((row) => ({ ...row, priority: 0 }));
    case 'longest-first':
      return open.rows.map((row) => ({ ...row, priority: usualMs(row) }));
    case 'most-dependants': {
      const number = new Map(open.rows.map(({ key }, at) => [key, at]));
      const edges = open.edges.flatMap(({ dependency, dependant }): [number, number][] => {
        const from = number.get(dependency);
        const to = number.get(dependant);
        return from === undefined || to === undefined ? [] : [[from, to]];
      });
      const keys = open.rows.map(({ key }) => String(key));
      const counts = reachCounts(digraph(keys, edges));
      return open.rows.map((row, at) => ({ ...row, priority: counts[at] ?? 0 }));
    }
  }
}

function boundOf(
  simulation: Simulation,
  course: Course,
  { builders, usualArch }: { readonly builders: readonly VirtualBuilder[]; readonly usualArch: string },
): LowerBound {
  const { startMs } = course;
  return lowerBound(simulation, {
    startMs,
    builders,
    usualArch,
    durationMs: ({ job, startedMs = startMs }: SimulatedJob) =>
      Math.max(0, course.fate(job).durationMs - Math.max(0, startMs - startedMs)),
    releaseMs: ({ job }) => Math.max(startMs, simulation.record.plans.get(job.plan)?.createdMs ?? startMs),
  });
}
