import type { PlanGraph, PlanRow, PlansReply, TimeRangeView } from '../../api/index.ts';
import type { PlanHead } from '../../database/index.ts';
import { fault } from '../../diagnostics/index.ts';
import type { Plan } from '../../model/index.ts';
import type { PlanId } from '../../primitives/index.ts';
import { planReason } from '../build-report.ts';
import type { ForesightScene } from './farm-work.ts';

const usualLimit = 50;

/** Ends that are foreseen, by plan. */
type Ends = ReadonlyMap<PlanId, TimeRangeView | undefined>;

/** Plans for people: lists of them, and one as a graph. */
export class PlanViews {
  readonly #scene: ForesightScene;
  /** Of plans that are over nothing moves any more. */
  readonly #over = new Map<PlanId, PlanRow['states']>();

  constructor(scene: ForesightScene) {
    this.#scene = scene;
  }

  list(
    { before, limit = usualLimit }: { before?: number | undefined; limit?: number | undefined },
    ends: Ends,
  ): PlansReply {
    const { plans } = this.#scene.farm.database;
    const heads = plans.before(before as PlanId | undefined, limit + 1);
    const shown = heads.slice(0, limit);
    return {
      plans: shown.map((head) => this.#row(head, ends)),
      next: heads.length > limit ? (shown.at(-1)?.id ?? null) : null,
    };
  }

  /** Throws SIM002 when there is no such plan. */
  graph(id: number, ends: Ends): PlanGraph {
    const { database } = this.#scene.farm;
    const head = database.plans.get(id as PlanId);
    const plan = head && database.plans.load(head.id);
    if (!head || !plan) throw fault('SIM002', { what: `there is no plan ${id}` });
    const place = new Map(plan.jobs.map((job, at) => [job.id, at]));
    const edges = plan.jobs.flatMap(({ waitsFor }, at) => {
      const from = new Set(waitsFor.flatMap(({ job }) => place.get(job) ?? []));
      return [...from].map((one): [number, number] => [one, at]);
    });
    const critical = criticalChain(plan, place);
    const nodes = database.views.ofPlan(head.id).map((view, at) => ({
      job: view.id,
      name: view.name,
      version: view.version,
      action: view.action,
      state: view.state,
      reason: view.reason,
      why: planReason(plan.jobs[at]),
      builder: view.builder ?? null,
      startedMs: view.startedMs ?? null,
      durationMs: view.durationMs ?? null,
      expectedMs: view.expectedMs ?? null,
      pathMs: plan.jobs[at]?.criticalPathMs ?? 0,
      critical: critical.has(at),
      blockedOn: view.blockedOn ?? null,
    }));
    const problems = plan.problems.map(({ code, what }) => ({ code, what }));
    return { ...this.#row(head, ends), nodes, edges, problems };
  }

  #row(head: PlanHead, ends: Ends): PlanRow {
    const { id, target, arch, why, createdMs, finishedMs, origin } = head;
    const states = this.#states(head);
    return {
      id,
      target,
      arch,
      why,
      source: origin?.source ?? null,
      commit: origin?.commit ?? null,
      createdMs,
      finishedMs: finishedMs ?? null,
      jobs: Object.values(states).reduce((sum, count) => sum + count, 0),
      states,
      end: finishedMs === undefined ? (ends.get(id) ?? null) : null,
    };
  }

  #states({ id, finishedMs }: PlanHead): PlanRow['states'] {
    const known = this.#over.get(id);
    if (known) return known;
    const states: PlanRow['states'] = Object.fromEntries(this.#scene.farm.database.views.countsOfPlan(id));
    if (finishedMs !== undefined) this.#over.set(id, states);
    return states;
  }
}

/** Places of the jobs on the longest chain: from the job with the longest path, each time to the one behind it with the longest. */
function criticalChain(plan: Plan, place: ReadonlyMap<string, number>): ReadonlySet<number> {
  const behind = plan.jobs.map((): number[] => []);
  for (const [at, { waitsFor }] of plan.jobs.entries())
    for (const { job } of waitsFor) behind[place.get(job) ?? -1]?.push(at);
  const pathOf = (at: number): number => plan.jobs[at]?.criticalPathMs ?? 0;
  const longest = (places: Iterable<number>): number | undefined => {
    let best: number | undefined;
    for (const at of places)
      if (plan.jobs[at]?.action !== 'keep' && (best === undefined || pathOf(at) > pathOf(best))) best = at;
    return best;
  };
  const chain = new Set<number>();
  for (let at = longest(plan.jobs.keys()); at !== undefined; at = longest(behind[at] ?? [])) chain.add(at);
  return chain;
}
