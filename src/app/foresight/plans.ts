import type { PlanGraph, PlanNode, PlanRow, PlansReply, TimeRangeView } from '../../api/index.ts';
import type { PlanHead } from '../../database/index.ts';
import { fault } from '../../diagnostics/index.ts';
import type { Plan } from '../../model/index.ts';
import type { PlanId } from '../../primitives/index.ts';
import { planReason } from '../build-report.ts';
import type { ForesightScene } from './farm-work.ts';

const usualLimit = 50;
const mostDrawings = 8;

/** Ends that are foreseen, by plan. */
type Ends = ReadonlyMap<PlanId, TimeRangeView | undefined>;

/** Plans for people: lists of them, and one as a graph. */
export class PlanViews {
  readonly #scene: ForesightScene;
  /** Of plans that are over nothing moves any more. */
  readonly #over = new Map<PlanId, PlanRow['states']>();
  readonly #drawings = new Map<PlanId, DrawnPlan>();

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
    if (!head) throw fault('SIM002', { what: `there is no plan ${id}` });
    const { nodes, edges, problems } = this.#drawn(head.id);
    const stands = database.views.standsOf(head.id);
    return {
      ...this.#row(head, ends),
      nodes: nodes.map((node, at) => ({ ...node, ...(stands[at] ?? unknownStand) })),
      edges: [...edges],
      problems: [...problems],
    };
  }

  /** What of a plan never changes: it is written once. */
  #drawn(id: PlanId): DrawnPlan {
    const known = this.#drawings.get(id);
    if (known) return known;
    const plan = this.#scene.farm.database.plans.load(id);
    if (!plan) throw fault('SIM002', { what: `there is no plan ${id}` });
    const drawn = drawnPlan(plan);
    // plans have thousands of jobs: those that somebody looks at
    if (this.#drawings.size >= mostDrawings) this.#drawings.clear();
    this.#drawings.set(id, drawn);
    return drawn;
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

type Stand = Pick<PlanNode, 'state' | 'reason' | 'builder' | 'startedMs' | 'durationMs' | 'blockedOn'>;
const unknownStand: Stand = {
  state: 'waiting',
  reason: '',
  builder: null,
  startedMs: null,
  durationMs: null,
  blockedOn: null,
};

interface DrawnPlan {
  readonly nodes: readonly Omit<PlanNode, keyof Stand>[];
  readonly edges: PlanGraph['edges'];
  readonly problems: PlanGraph['problems'];
}

function drawnPlan(plan: Plan): DrawnPlan {
  const place = new Map(plan.jobs.map((job, at) => [job.id, at]));
  const critical = criticalChain(plan, place);
  return {
    nodes: plan.jobs.map((job, at) => ({
      job: job.id,
      name: job.name,
      version: job.version,
      action: job.action,
      why: planReason(job),
      expectedMs: job.expectedMs ?? null,
      pathMs: job.criticalPathMs,
      critical: critical.has(at),
    })),
    edges: plan.jobs.flatMap(({ waitsFor }, at) => {
      const from = new Set(waitsFor.flatMap(({ job }) => place.get(job) ?? []));
      return [...from].map((one): [number, number] => [one, at]);
    }),
    problems: plan.problems.map(({ code, what }) => ({ code, what })),
  };
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
