import {
  recipeNameSchema,
  type ScheduleReply,
  type ScheduleRequest,
  scheduleRequestSchema,
} from '../../api/index.ts';
import type { FarmConfig } from '../../config/index.ts';
import { catalogue, isFault, type Problem, problem } from '../../diagnostics/index.ts';
import type { Dispatcher } from '../../dispatcher/index.ts';
import { nextTurn } from '../../host/index.ts';
import type { Plan, Recipe, RecipeKind } from '../../model/index.ts';
import { makePlan, narrowPlan } from '../../planner/index.ts';
import { type JobId, jobId } from '../../primitives/index.ts';
import { manifestJob } from '../../recipes/python/index.ts';
import { detailOf, reasonsOf } from '../abi/rebuild-detail.ts';
import type { Farm } from '../farm.ts';
import { sourcesFor, targetNames, usualSource, usualTarget } from '../farm-names.ts';
import type { BrokenRecipe } from '../load-recipes.ts';
import { readInventory } from '../plan-recipes.ts';
import { isPythonTarget } from '../python-targets/is-python-target.ts';
import { kindOf } from '../recipe-kinds.ts';
import type { RecipeSources, SourceState } from '../recipe-sources.ts';
import { isTreeTarget } from '../target-kinds.ts';
import type { ArchShortage } from './architectures.ts';
import { coveredTo } from './covered-range.ts';
import { noSuchTarget, someNames } from './known-names.ts';
import { treeRecipesFor } from './tree-recipes-for.ts';

/** A package of a request that gets no job, and why. */
type Refused = ScheduleReply['refused'][number];

/** So few packages are in the queue before anybody could wait for an answer. */
const queuedAtOnce = 100;

const refusal = (name: string, { code, what, next }: Problem): Refused => ({
  name,
  code,
  what,
  ...(next === undefined ? {} : { next }),
});

/** A request with target and source, whether it named them or not. */
type Settled = ScheduleRequest & { readonly target: string; readonly source: string };

/**
 * An empty source stands for none: the farm has no recipe source. For a tree of ebuilds what reads like a package and the name
 * of a builder is `category/name`, and the architecture is always `any`.
 */
const settle = (request: ScheduleRequest, config: FarmConfig): Settled => {
  const target = request.target ?? usualTarget(config);
  const source = request.source ?? usualSource(config, target) ?? '';
  if (!isTreeTarget({ config }, target)) return { ...request, target, source };
  const packages = request.packages.map(({ name, buildClass }) => ({
    name: buildClass === undefined || name.includes('/') ? name : `${name}/${buildClass}`,
  }));
  return { ...request, target, source, arch: 'any', packages };
};

/** What was explored goes into the manifest, whoever asked for it. */
function withManifest({ target, packages }: Settled, config: FarmConfig): Settled['packages'] {
  const isAlone = !isPythonTarget({ config }, target) || packages.some(({ name }) => name === manifestJob);
  return isAlone ? packages : [...packages, { name: manifestJob }];
}

/** How long a request is left alone after something was in the way of its planning, in ms. */
const pausesMs = [2_000, 5_000, 15_000, 30_000, 60_000];

/**
 * Whether what broke a request's planning off may be over later, be it that a server comes back or that somebody makes
 * room on a disk. A commit whose files no git lays out would hold up all others of its source for ever, so the
 * patience with that ends.
 */
const mayPass = ({ code, blame }: Problem, round: number): boolean =>
  blame === 'world' && (code !== 'GIT006' || round < pausesMs.length);

/** How a request is answered. */
export interface ScheduleOptions {
  /** How long its source may take, in ms; default: 30 s. */
  readonly patienceMs?: number | undefined;
  /** When it is many packages: as soon as it is known which of them get jobs. */
  readonly early?: boolean | undefined;
}

export interface SchedulingParts {
  readonly farm: Farm;
  readonly sources: RecipeSources;
  readonly dispatcher: Dispatcher;
  /** Of some jobs, those for whose architecture no builder at work builds. */
  readonly shortages: (jobs: readonly { readonly id: string }[]) => readonly ArchShortage[];
  /** Ends waiting for servers; requests that are left stay written down. */
  readonly signal: AbortSignal;
  readonly onTrouble: (error: unknown) => void;
  /** Jobs that were just admitted. */
  readonly onAdmitted: (plan: number) => void;
  /** Told of packages that get no job though the answer that they were accepted is out. */
  readonly onLateRefusal: (request: ScheduleRequest, refused: ScheduleReply['refused']) => void;
}

/**
 * Turns requests into plans. A request is on disk before anybody hears of it, and leads to one plan however often it
 * is sent and whatever dies in between: plan and request are joined by the request's id.
 */
export class Scheduling {
  readonly #parts: SchedulingParts;
  readonly #working = new Map<string, Promise<ScheduleReply>>();
  /** Requests of one source are worked on one after the other. */
  readonly #lines = new Map<string, Promise<unknown>>();
  /** Requests that were answered before they were planned to the end, with what was refused then. */
  readonly #promised = new Map<string, ReadonlySet<string>>();
  /** Who waits for an early answer, by request. */
  readonly #early = new Map<string, (reply: ScheduleReply) => void>();

  constructor(parts: SchedulingParts) {
    this.#parts = parts;
  }

  /**
   * Accepts a request: when this resolves it is on disk, and usually planned. When its source cannot be reached
   * within `patienceMs`, or the manager ends, the answer comes without a plan, and planning goes on (in the next
   * life). For many packages an `early` one comes without the plan, too, as soon as it is known which of them get
   * jobs: to queue thousands takes longer than to find that out. A range of commits whose beginning was accepted before
   * is not taken (`coveredTo`).
   */
  async schedule(
    asked: ScheduleRequest,
    { patienceMs = 30_000, early = false }: ScheduleOptions = {},
  ): Promise<ScheduleReply> {
    const { farm, signal } = this.#parts;
    const body = JSON.stringify(scheduleRequestSchema.parse(asked));
    const request = settle(asked, farm.config);
    const covered = farm.database.transaction(() => this.#takeDown(request, body));
    if (covered !== undefined) return { id: request.id, accepted: [], refused: [], coveredTo: covered };
    const known = farm.database.requests.get(request.id);
    if (known?.reply !== undefined) return JSON.parse(known.reply) as ScheduleReply;
    const soon = new Promise<ScheduleReply>((resolve) => {
      if (early && request.packages.length > queuedAtOnce) this.#early.set(request.id, resolve);
    });
    const working = this.#work(request);
    const answered = new AbortController();
    const patience = farm.clock.sleep(patienceMs, AbortSignal.any([answered.signal, signal]));
    try {
      return await Promise.race([
        soon,
        working.catch((error: unknown) => {
          if (signal.aborted) return this.#promise(request);
          throw error;
        }),
        patience.then(() => this.#promise(request)),
      ]);
    } finally {
      answered.abort();
    }
  }

  /** Writes a request down; or says up to where its range was accepted before, and then does not. */
  #takeDown(request: Settled, body: string): string | undefined {
    const { clock, database } = this.#parts.farm;
    const { id, since, commit, despite } = request;
    if (database.requests.get(id)) return undefined;
    const receivedMs = clock.nowMs();
    // what cannot be built at all covers nothing
    if (since !== undefined && commit !== undefined && !this.#unfit(request)) {
      const covered = coveredTo(database.ranges.newest(request), since, despite);
      if (covered !== undefined) return covered;
      database.ranges.add(request, { since, upTo: commit }, receivedMs);
    }
    database.requests.add({ id, kind: 'schedule', body, receivedMs });
    return undefined;
  }

  /** Goes on with requests that were accepted and not planned before the last end. */
  resume(): void {
    for (const { id, kind, body } of this.#parts.farm.database.requests.open()) {
      // what is worked on has somebody who waits, or was told what there is to tell
      if (kind !== 'schedule' || this.#working.has(id)) continue;
      const read = scheduleRequestSchema.safeParse(JSON.parse(body));
      if (!read.success) {
        this.#parts.onTrouble(`the request '${id}' is of another version and cannot be read`);
        continue;
      }
      this.#promised.set(id, new Set());
      void this.#work(settle(read.data, this.#parts.farm.config)).catch(() => undefined);
    }
  }

  /** The answer while there is no plan yet. */
  #promise({ id, target, arch, packages }: Settled): ScheduleReply {
    if (this.#working.has(id) && !this.#promised.has(id)) this.#promised.set(id, new Set());
    const accepted = packages.map(({ name }) => ({ name, job: jobId({ target, arch, name }) }));
    return { id, accepted, refused: [] };
  }

  #work(request: Settled): Promise<ScheduleReply> {
    const known = this.#working.get(request.id);
    if (known) return known;
    const before = this.#lines.get(request.source) ?? Promise.resolve();
    const working = before.then(
      () => this.#plan(request),
      () => this.#plan(request),
    );
    this.#lines.set(request.source, working);
    this.#working.set(request.id, working);
    const forget = (): void => {
      this.#working.delete(request.id);
      this.#promised.delete(request.id);
      this.#early.delete(request.id);
      if (this.#lines.get(request.source) === working) this.#lines.delete(request.source);
    };
    working.then(forget, (error: unknown) => {
      forget();
      // what is called off by the end of this manager is no trouble: the next one goes on with it
      if (!this.#parts.signal.aborted) this.#parts.onTrouble(error);
    });
    return working;
  }

  /** Plans, again and again while what is in the way may pass: the answer refuses for good. */
  async #plan(request: Settled): Promise<ScheduleReply> {
    const { signal, farm, onTrouble } = this.#parts;
    for (let round = 0; ; round += 1) {
      try {
        const reply = await this.#planOnce(request);
        if (round > 0) onTrouble(undefined);
        return reply;
      } catch (error) {
        // a request that this manager had to leave is the next one's, whatever it broke off with
        if (!isFault(error) || signal.aborted) throw error;
        const { problem: why } = error;
        if (!mayPass(why, round)) {
          const refused = request.packages.map(({ name }) => refusal(name, why));
          return this.#answer(request, undefined, refused);
        }
        onTrouble(error);
        await farm.clock.sleep(pausesMs[Math.min(round, pausesMs.length - 1)] as number, signal);
        if (signal.aborted) throw error;
      }
    }
  }

  async #planOnce(request: Settled): Promise<ScheduleReply> {
    const { farm, sources } = this.#parts;
    const { database } = farm;
    const done = database.plans.ofRequest(request.id);
    if (done) return this.#answer(request, done.id, this.#without(request, database.jobs.ofPlan(done.id)));
    const unfit = this.#unfit(request);
    if (unfit) return this.#answer(request, undefined, unfit);
    const state = await sources.at(request.source, request.commit);
    if (!isTreeTarget(farm, request.target)) return await this.#planFrom(request, state);
    const { names, recipes, broken } = await treeRecipesFor(this.#parts, request.target, state);
    const isAll = request.packages.some(({ name }) => name === 'all');
    const packages = isAll ? names.map((name) => ({ name })) : withManifest(request, farm.config);
    return await this.#planWith({ ...request, packages }, state, { recipes, broken });
  }

  async #planFrom(request: Settled, state: SourceState): Promise<ScheduleReply> {
    const names = request.packages.map(({ name }) => name);
    const read = await this.#parts.sources.recipes(state, request.arch, names);
    return await this.#planWith(request, state, read);
  }

  async #planWith(
    request: Settled,
    state: SourceState,
    { recipes, broken }: { readonly recipes: readonly Recipe[]; readonly broken: readonly BrokenRecipe[] },
  ): Promise<ScheduleReply> {
    const { dispatcher } = this.#parts;
    const sorted = sortOut(request, recipes, new Map(broken.map((one) => [one.name, one.problem])));
    if (sorted.wanted.size === 0) return this.#answer(request, undefined, sorted.refused);
    const kind = await kindOf(this.#parts.farm, request.target);
    const plan = this.#draw(request, { ...state, kind }, recipes, sorted.wanted);
    const refused = new Map(sorted.refused.map((one) => [one.name, one]));
    for (const one of this.#without(request, plan.jobs)) {
      if (!refused.has(one.name)) refused.set(one.name, one);
    }
    await this.#answerEarly(request, [...refused.values()]);
    const why = `schedule ${request.source}${state.commit ? `@${state.commit.slice(0, 12)}` : ''}${state.isGone ? ` ('${request.commit}' is gone)` : ''}`;
    const { planId } = await dispatcher.admit(plan, { why });
    this.#parts.onAdmitted(planId);
    return this.#answer(request, planId, [...refused.values()]);
  }

  /** Tells who waits for it which packages get jobs, and lets that answer go out. */
  async #answerEarly(request: Settled, refused: readonly Refused[]): Promise<void> {
    const answer = this.#early.get(request.id);
    if (!answer) return;
    this.#early.delete(request.id);
    this.#promised.set(request.id, new Set(refused.map(({ name }) => name)));
    answer(
      this.#withNotices({ id: request.id, accepted: acceptedOf(request, refused), refused: [...refused] }),
    );
    await nextTurn();
  }

  /** Packages of a request that a plan has no job for. */
  #without({ packages, target, arch }: Settled, jobs: readonly { id: JobId }[]): readonly Refused[] {
    const ids = new Set(jobs.map(({ id }) => id));
    return packages
      .filter(({ name }) => !ids.has(jobId({ target, arch, name })))
      .map(({ name }) =>
        refusal(name, problem('SCH003', { what: `'${name}' cannot be built for '${arch}'` })),
      );
  }

  /** What makes a whole request impossible. */
  #unfit(request: Settled): readonly Refused[] | undefined {
    const { config } = this.#parts.farm;
    const sources = Object.keys(config['recipe-sources']);
    const all = (found: Problem): readonly Refused[] =>
      request.packages.map(({ name }) => refusal(name, found));
    const advice = catalogue.SCH001?.next ?? '';
    if (!targetNames(config).includes(request.target))
      return all(noSuchTarget(config, request.target).problem);
    // what is declared in `targets` may be built for several; the setting `arch` speaks of the repository alone
    const { repository, arch } = config;
    const isOwn = request.target === repository && config.targets[repository] === undefined;
    if (isOwn && request.arch !== arch) {
      const what = `'${repository}' is built for '${arch}', not for '${request.arch}'`;
      return all(problem('SCH008', { what }));
    }
    if (sources.length === 0) return all(problem('SCH001', { what: 'the farm has no recipe source' }));
    if (request.source !== '' && !sources.includes(request.source)) {
      const what = `the farm has no recipe source '${request.source}'`;
      return all(problem('SCH001', { what, next: `Its sources are ${someNames(sources)}. ${advice}` }));
    }
    const fitting = sourcesFor(config, request.target);
    if (!fitting.includes(request.source)) {
      const what =
        request.source === ''
          ? `no source of the farm is for '${request.target}'`
          : `nothing of source '${request.source}' is built for '${request.target}'`;
      const known = fitting.length === 0 ? undefined : `Sources of this target are ${someNames(fitting)}.`;
      return all(problem('SCH009', { what, next: known }));
    }
    return undefined;
  }

  #draw(
    request: Settled,
    state: SourceState & { readonly kind: RecipeKind },
    recipes: readonly Recipe[],
    wanted: ReadonlyMap<string, ScheduleRequest['packages'][number]>,
  ): Plan {
    const { farm } = this.#parts;
    const { target, arch } = request;
    const { kind, commit } = state;
    const whole = makePlan({
      recipes: recipes.map((recipe) => {
        const buildClass = wanted.get(recipe.name)?.buildClass;
        return buildClass === undefined ? recipe : { ...recipe, buildClass };
      }),
      inventory: readInventory(farm, { target, arch }),
      policy: {
        officialNames: new Set(farm.config.dependencies.official),
        scheduled: new Map([...wanted.keys()].map((name) => [name, commit])),
        ...(request.rebuild === undefined ? {} : { broken: brokenBy(farm, request.rebuild) }),
        ...(state.isGone ? { gone: request.commit } : {}),
      },
      target,
      arch,
      satisfies: kind.satisfies,
      compareVersions: kind.compareVersions,
      durations: farm.database.durations.medians(target, arch),
    });
    const ids = new Set<JobId>([...wanted.keys()].map((name) => jobId({ target, arch, name })));
    return {
      ...narrowPlan(whole, ids),
      origin: {
        request: request.id,
        source: request.source,
        commit,
        pipeline: request.pipeline,
        archMirror: request.archMirror,
        requestedMs: farm.database.requests.get(request.id)?.receivedMs ?? farm.clock.nowMs(),
        urgency: request.urgency,
      },
    };
  }

  #answer(request: Settled, plan: number | undefined, refused: readonly Refused[]): ScheduleReply {
    const reply: ScheduleReply = {
      id: request.id,
      ...(plan === undefined ? {} : { plan }),
      accepted: plan === undefined ? [] : acceptedOf(request, refused),
      refused: [...refused],
    };
    this.#parts.farm.database.requests.answer(request.id, JSON.stringify(reply));
    const told = this.#promised.get(request.id);
    const late = told ? refused.filter(({ name }) => !told.has(name)) : [];
    if (late.length > 0) this.#parts.onLateRefusal(request, late);
    return this.#withNotices(reply);
  }

  /** What is said of builders holds now: it is not kept with the answer that a repetition gets. */
  #withNotices(reply: ScheduleReply): ScheduleReply {
    const notices = this.#parts.shortages(reply.accepted.map(({ job }) => ({ id: job }))).map(noticeOf);
    return notices.length > 0 ? { ...reply, notices } : reply;
  }
}

function acceptedOf(
  { packages, target, arch }: Settled,
  refused: readonly Refused[],
): ScheduleReply['accepted'] {
  const out = new Set(refused.map(({ name }) => name));
  return packages
    .filter(({ name }) => !out.has(name))
    .map(({ name }) => ({ name, job: jobId({ target, arch, name }) }));
}

/** Why the recipes of a rebuild are built anew; nothing when that is over meanwhile. */
function brokenBy(farm: Farm, rebuild: number): ReturnType<typeof reasonsOf> {
  const record = farm.database.rebuilds.get(rebuild);
  return record ? reasonsOf(detailOf(record)) : new Map();
}

const noticeOf = ({ arch, jobs }: ArchShortage): string =>
  `accepted, but no builder of architecture '${arch}' is at work: ${jobs === 1 ? 'the job waits' : `${jobs} jobs wait`} for one (its machine's architecture, or BUILDER_ARCHES, has to be '${arch}')`;

function sortOut(
  request: Settled,
  recipes: readonly Recipe[],
  broken: ReadonlyMap<string, Problem>,
): {
  wanted: ReadonlyMap<string, ScheduleRequest['packages'][number]>;
  refused: readonly Refused[];
} {
  const known = new Set(recipes.map(({ name }) => name));
  const wanted = new Map<string, ScheduleRequest['packages'][number]>();
  const refused: Refused[] = [];
  const advice = catalogue.SCH002?.next ?? '';
  const next = known.size === 0 ? advice : `'${request.source}' has ${someNames(known)}. ${advice}`;
  for (const one of request.packages) {
    const { name } = one;
    const flaw = broken.get(name);
    if (!recipeNameSchema.safeParse(name).success) {
      refused.push(refusal(name, problem('SCH002', { what: `'${name}' is not a valid pkgbase` })));
    } else if (flaw) refused.push(refusal(name, flaw));
    else if (known.has(name)) wanted.set(name, one);
    else {
      const what = `'${request.source}' has no recipe '${name}'`;
      refused.push(refusal(name, problem('SCH002', { what, next })));
    }
  }
  return { wanted, refused };
}
