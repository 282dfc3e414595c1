import type {
  BuilderView,
  ForecastView,
  JobForecastView,
  PlanGraph,
  PlansReply,
  SimulateQuery,
  SimulationReply,
  TimeRangeView,
  WhyAnswer,
} from '../../api/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { classTexts, type FailureClass } from '../../failures/index.ts';
import type { JobStateName } from '../../model/index.ts';
import { type JobId, jobId, nearestNames, type PlanId, parseJobId } from '../../primitives/index.ts';
import type { JobForecast } from '../../simulator/index.ts';
import type { Farm } from '../farm.ts';
import { usualArchOf } from '../service/architectures.ts';
import { logsName } from '../service/failure-lines.ts';
import { lastTroubles } from '../service/troubles.ts';
import { UpkeepLook } from '../service/upkeep-look.ts';
import type { ForesightScene } from './farm-work.ts';
import { Forecasts, type HeldForecast } from './forecasts.ts';
import { PlanViews } from './plans.ts';
import { Simulations } from './simulations.ts';
import { whyAnswer } from './why/answer.ts';
import type { VisibleTarget, WhyScene } from './why/scene.ts';

/** Jobs of a forecast that are shown unless somebody wants more. */
const usualLimit = 200;
/** Who asks for one job wants to know when. */
const answerMs = 2000;

export interface ForesightParts {
  readonly farm: Farm;
  readonly builders: () => readonly BuilderView[];
  /** Builders of the manager's own process take every class. */
  readonly isOwn: (name: string) => boolean;
  /** Whether anybody gives jobs to builders now. */
  readonly isManaged: () => boolean;
  /** How long an answer that needs no forecast waits for the first one; undefined: until it is there. */
  readonly patienceMs?: number | undefined;
}

/** Why a job stands where it does, when it will be done, and what would be if: all reading, nothing is changed. */
export class Foresight {
  readonly #parts: ForesightParts;
  readonly #forecasts: Forecasts;
  readonly #plans: PlanViews;
  readonly #simulations: Simulations;
  readonly #upkeep: UpkeepLook;

  constructor(parts: ForesightParts) {
    const scene: ForesightScene = parts;
    this.#parts = parts;
    this.#forecasts = new Forecasts(scene);
    this.#plans = new PlanViews(scene);
    this.#simulations = new Simulations(scene);
    this.#upkeep = new UpkeepLook(parts.farm);
  }

  /** Of a recipe's name, the name of a package that one made, or a whole job id. Throws CLI002 when no plan has such a job. */
  async why(of: string): Promise<WhyAnswer> {
    const { farm } = this.#parts;
    const id = this.#idOf(of);
    const forecast = await this.#soon(answerMs);
    return whyAnswer(this.#whyScene(forecast), id, ({ logPath }) =>
      logPath === undefined ? '' : `${farm.paths.root}/${logPath}`,
    );
  }

  /** When open jobs and plans will be done, jobs in the order in which they are given out. */
  async forecast({
    plan,
    limit = usualLimit,
  }: {
    plan?: number | undefined;
    limit?: number | undefined;
  } = {}): Promise<ForecastView> {
    const forecast = await this.#forecasts.current();
    const { jobs } = this.#parts.farm.database;
    const wanted = [...forecast.jobs.values()].filter((job) => plan === undefined || job.plan === plan);
    wanted.sort((a, b) => placeOf(a) - placeOf(b) || a.key - b.key);
    const plans = forecast.plans.filter((one) => plan === undefined || one.plan === plan);
    return {
      atMs: forecast.atMs,
      slots: forecast.builders.reduce((sum, { slots }) => sum + slots, 0),
      plans: plans.map((one) => ({ ...one, end: one.end ?? null })),
      jobs: wanted.slice(0, limit).flatMap((job) => viewOf(job, jobs.get(job.key)?.state) ?? []),
      total: wanted.length,
    };
  }

  /** The newest plans, or those before one. */
  async plans(query: { before?: number | undefined; limit?: number | undefined }): Promise<PlansReply> {
    return this.#plans.list(query, await this.#ends());
  }

  /** A plan as a graph. Throws SIM002 when there is no such plan. */
  async plan(id: number): Promise<PlanGraph> {
    return this.#plans.graph(id, await this.#ends());
  }

  /** Throws SIM001, SIM002, SIM003. */
  simulate(query: SimulateQuery): Promise<SimulationReply> {
    return this.#simulations.run(query);
  }

  async #ends(): Promise<ReadonlyMap<PlanId, TimeRangeView | undefined>> {
    const forecast = await this.#soon();
    return new Map(forecast?.plans.map(({ plan, end }) => [plan, end]));
  }

  #soon(leastMs = 0): Promise<HeldForecast | undefined> {
    const { patienceMs } = this.#parts;
    return patienceMs === undefined
      ? this.#forecasts.current()
      : this.#forecasts.soon(Math.max(patienceMs, leastMs));
  }

  #whyScene(forecast: HeldForecast | undefined): WhyScene {
    const { farm, builders, isOwn, isManaged } = this.#parts;
    const { database } = farm;
    return {
      database,
      nowMs: farm.clock.nowMs(),
      isManaged: isManaged(),
      builders: builders(),
      isOwn,
      usualArch: usualArchOf(farm),
      forecastOf: (key) => {
        const job = forecast?.jobs.get(key);
        return job && viewOf(job, database.jobs.get(key)?.state);
      },
      troubles: lastTroubles(farm),
      visible: (target, arch) => this.#visible(target, arch),
      upkeepOf: (source) => {
        const view = this.#upkeep.views().find((one) => one.source === source);
        return view && { paused: view.paused, runs: [...(view.running ? [view.running] : []), ...view.last] };
      },
      failureOf: (attempt) => {
        const failure = database.failures.get(attempt);
        const words = failure && classTexts[failure.class as FailureClass];
        return words && failure.class !== 'unknown' ? { ...words, line: failure.first?.text } : undefined;
      },
      nameOf: (job) => logsName(farm, job),
    };
  }

  #visible(target: string, arch: string): VisibleTarget | undefined {
    const { repositories, trees } = this.#parts.farm;
    const own = repositories.list().find((one) => one.name === target && one.arch === arch);
    if (own) return { generation: own.generation, versions: repositories.versions(target, arch) };
    const tree = trees.list().find((one) => one.name === target);
    return tree && { generation: tree.generation, versions: undefined };
  }

  /** A recipe's name, a package's, or a whole job id, as a job id of this farm: of other targets only when the farm's own has no such job. */
  #idOf(of: string): JobId {
    const { database, config } = this.#parts.farm;
    if (parseJobId(of)) return of as JobId;
    const { repository: target, arch } = config;
    const usual = jobId({ target, arch, name: of });
    if (database.jobs.newestWithId(usual)) return usual;
    const found = database.views.idsOfName(of).find((id) => database.jobs.newestWithId(id));
    if (found) return found;
    // a package of a recipe with another name
    const [made] = database.artifacts.ofName(of, 1);
    if (made) return made.job;
    const open = database.views.openRevisions().map(({ id }) => parseJobId(id)?.name ?? id);
    const near = nearestNames(of, new Set([...database.inventory.recipes(target, arch).keys(), ...open]));
    const next =
      near.length === 0 ? {} : { next: `Did you mean ${near.map((name) => `'${name}'`).join(' or ')}?` };
    throw fault('CLI002', { what: `no plan has a job '${usual}'`, ...next });
  }
}

/** Running ones first, then as they are given out, then what will not run. */
const placeOf = ({ position, end }: JobForecast): number =>
  position ?? (end === undefined ? Number.MAX_SAFE_INTEGER : -1);

/** Undefined when the job is over since the forecast was made. */
function viewOf(job: JobForecast, state: JobStateName | undefined): JobForecastView | undefined {
  if (state !== 'waiting' && state !== 'ready' && state !== 'running') return undefined;
  const { id, plan, position, start, end, basis, withoutHistory } = job;
  return {
    job: id,
    plan,
    state,
    position: state === 'running' ? null : (position ?? null),
    start: start ?? null,
    end: end ?? null,
    basis,
    withoutHistory,
  };
}
