import type { Problem } from '../diagnostics/index.ts';
import { problem } from '../diagnostics/index.ts';
import { criticalPaths, cutCycles, digraph, topologicalOrder, withoutEdges } from '../graph/index.ts';
import type { JobAction, JobEdge, JobReason, Plan, PlannedJob, Recipe } from '../model/index.ts';
import { type JobId, jobId } from '../primitives/index.ts';
import { chooseCandidates } from './candidates.ts';
import { type CycleArrow, linkCycles } from './cycle-links.ts';
import type { Inventory, PlanPolicy } from './inventory.ts';
import { type Candidate, type PlacedArrow, Resolver, type Satisfies } from './providers.ts';
import { actionFor, ownReasons, SonameIndex } from './reasons.ts';

/** Everything a plan is decided on. The same request gives the same plan, in whatever order recipes come. */
export interface PlanRequest {
  readonly recipes: readonly Recipe[];
  readonly inventory: Inventory;
  readonly policy: PlanPolicy;
  readonly target: string;
  readonly arch: string;
  readonly satisfies: Satisfies;
  readonly compareVersions: (a: string, b: string) => -1 | 0 | 1;
  /** Median of recorded durations in milliseconds, by recipe name. */
  readonly durations: ReadonlyMap<string, number>;
  /** Problems found while recipes were read, to be recorded with the plan. */
  readonly problems?: readonly Problem[];
}

/** Derives the plan: which recipes get a job, what each waits for, why it runs, and in which order. */
export function makePlan(request: PlanRequest): Plan {
  const { candidates, problems } = chooseCandidates(request);
  const ids = candidates.map(({ recipe }) =>
    jobId({ target: request.target, arch: request.arch, name: recipe.name }),
  );
  const resolver = new Resolver({ ...request, candidates });
  const arrows = candidates.flatMap((_, by) =>
    resolver.arrowsOf(by).map((arrow): PlacedArrow => ({ ...arrow, by })),
  );
  const needs = digraph(
    ids,
    arrows.map(({ on, by }) => [on, by] as const),
  );
  const cut = cutCycles(needs, (edge) => dispensability(arrows[edge] as PlacedArrow));
  const kept = arrows.filter((_, edge) => !cut.edges.has(edge));
  const links = linkCycles(withoutEdges(needs, cut.edges), cut.cycles, kept);
  const edges: readonly Edge[] = [...kept, ...links];
  const graph = digraph(
    ids,
    edges.map(({ on, by }) => [on, by] as const),
  );
  const { order } = topologicalOrder(graph);
  const draft: Draft = { request, candidates, ids, edges, order };
  const decisions = decide(draft);
  const paths = criticalPaths(graph, weights(draft, decisions));
  const cutArrows = arrows.filter((_, edge) => cut.edges.has(edge));
  const jobs = describe(draft, { decisions, paths, cutArrows, cycles: cut.cycles });
  return freeze({
    target: request.target,
    arch: request.arch,
    jobs,
    cycles: cut.cycles.map((members) => members.map((node) => ids[node] as JobId)),
    problems: [
      ...(request.problems ?? []),
      ...problems,
      ...resolver.problems,
      ...cut.cycles.map((members) => cycleProblem(members, candidates, cutArrows)),
    ],
  });
}

type Edge = PlacedArrow | CycleArrow;

interface Draft {
  readonly request: PlanRequest;
  readonly candidates: readonly Candidate[];
  readonly ids: readonly JobId[];
  readonly edges: readonly Edge[];
  readonly order: Int32Array;
}

interface Decision {
  readonly action: JobAction;
  readonly reasons: readonly JobReason[];
}

/** How much is lost when an arrow is cut: least for what is published already, then for tests, then for running. */
function dispensability({ need, required }: PlacedArrow): number {
  const phase = { check: 1, run: 4, build: 32 }[need.phase];
  return required ? phase * 1000 : phase;
}

function byTarget(draft: Draft): readonly (readonly Edge[])[] {
  const lists = draft.candidates.map((): Edge[] => []);
  for (const edge of draft.edges) lists[edge.by]?.push(edge);
  return lists;
}

/** Reasons and actions, dependencies first. */
function decide(draft: Draft): readonly Decision[] {
  const sonames = new SonameIndex(draft.request.inventory);
  const waits = byTarget(draft);
  const decisions: Decision[] = [];
  for (const node of draft.order) {
    const { recipe } = draft.candidates[node] as Candidate;
    const own = ownReasons(recipe, draft.request);
    const reasons =
      own.length > 0
        ? [...own]
        : reasonsOfDependencies(draft, recipe, waits[node] as readonly Edge[], { decisions, sonames });
    if (reasons.length === 0) {
      const version = draft.request.inventory.recipes.get(recipe.name)?.success?.version ?? recipe.version;
      reasons.push({ kind: 'up-to-date', version });
    }
    decisions[node] = { action: actionFor(reasons), reasons };
  }
  return decisions;
}

/** What happened to the dependencies of a recipe that has no reason of its own. */
function reasonsOfDependencies(
  draft: Draft,
  recipe: Recipe,
  waits: readonly Edge[],
  before: { readonly decisions: readonly Decision[]; readonly sonames: SonameIndex },
): JobReason[] {
  const needed = new Set(waits.filter(({ match }) => match !== 'cycle').map(({ on }) => on));
  return [...needed].flatMap((on): JobReason[] => {
    if (before.decisions[on]?.action !== 'keep') {
      return [{ kind: 'dependency-rebuilt', dependency: draft.ids[on] as JobId }];
    }
    const dependency = draft.candidates[on]?.recipe.name as string;
    const missing = before.sonames.missing(recipe.name, dependency);
    return missing.map((soname) => ({ kind: 'soname-missing', dependency, soname }));
  });
}

function weights(draft: Draft, decisions: readonly Decision[]): readonly number[] {
  const { durations, policy } = draft.request;
  const known = [...durations.values()].sort((a, b) => a - b);
  const usual = policy.defaultDurationMs ?? known[known.length >> 1] ?? 60_000;
  return draft.candidates.map(({ recipe }, node) =>
    decisions[node]?.action === 'keep' ? 0 : (durations.get(recipe.name) ?? usual),
  );
}

interface Findings {
  readonly decisions: readonly Decision[];
  readonly paths: Float64Array;
  readonly cutArrows: readonly PlacedArrow[];
  readonly cycles: readonly (readonly number[])[];
}

function describe(draft: Draft, found: Findings): readonly PlannedJob[] {
  const cycleOf = new Map(found.cycles.flatMap((members, index) => members.map((node) => [node, index + 1])));
  const waits = byTarget(draft);
  const jobEdge = (edge: Edge): JobEdge => ({
    job: draft.ids[edge.on] as JobId,
    because: 'need' in edge ? edge.need.text : edge.because,
    match: edge.match,
    required: edge.required,
  });
  return Array.from(draft.order, (node): PlannedJob => {
    const { recipe, outputs } = draft.candidates[node] as Candidate;
    const cycle = cycleOf.get(node);
    return {
      id: draft.ids[node] as JobId,
      kind: recipe.kind,
      name: recipe.name,
      folder: recipe.folder,
      outputs,
      version: recipe.version,
      inputDigest: recipe.inputDigest,
      ...(found.decisions[node] as Decision),
      waitsFor: (waits[node] as readonly Edge[]).map(jobEdge),
      cutEdges: found.cutArrows.filter(({ by }) => by === node).map(jobEdge),
      ...(cycle === undefined ? {} : { cycle }),
      buildClass: recipe.buildClass,
      ...(recipe.labels && recipe.labels.length > 0 ? { labels: recipe.labels } : {}),
      expectedMs: draft.request.durations.get(recipe.name),
      criticalPathMs: found.paths[node] as number,
    };
  });
}

function cycleProblem(
  members: readonly number[],
  candidates: readonly Candidate[],
  cutArrows: readonly PlacedArrow[],
): Problem {
  const name = (node: number): string => `'${candidates[node]?.recipe.name}'`;
  const inside = new Set(members);
  const cut = cutArrows
    .filter(({ by }) => inside.has(by))
    .map(({ by, on, need }) => `the need of ${name(by)} for ${name(on)} ('${need.text}')`);
  return problem('PLN018', {
    what: `${members.map(name).join(', ')} depend on each other`,
    place: { file: candidates[members[0] as number]?.recipe.folder ?? '' },
    why: `No order meets all needs. Members are built one at a time, and this is cut: ${cut.join('; ')}.`,
  });
}

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}
