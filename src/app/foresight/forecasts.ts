import { nextTurn } from '../../host/index.ts';
import type { PlanId } from '../../primitives/index.ts';
import {
  type DurationModel,
  type Forecast,
  ForecastRuns,
  type VirtualBuilder,
} from '../../simulator/index.ts';
import { usualArchOf } from '../service/architectures.ts';
import { workingBuilders } from './builders.ts';
import { brokenShareOf, durationModel, type ForesightScene, groupOf, openWork } from './farm-work.ts';

/** A forecast with what it was made for. */
export interface HeldForecast extends Forecast {
  readonly builders: readonly VirtualBuilder[];
}

/** No more jobs than this are run forward for one forecast, over all of its runs. */
const mostJobRuns = 40_000;
const mostRuns = 160;
const leastRuns = 20;
/** A forecast is made anew when it is older than so many times what it cost, so that looking costs a twentieth of a core at most. */
const restFactor = 20;
const youngMs = 2000;
/** Nobody else waits longer for the manager. */
const sliceMs = 10;
/** Older than this nobody is shown one while the next is being made. */
const staleMs = 60_000;
const modelMs = 60_000;

/** When open jobs will be done: made when somebody asks, kept for a while, made anew behind the back of who asks again. */
export class Forecasts {
  readonly #scene: ForesightScene;
  #held:
    | {
        readonly forecast: HeldForecast;
        readonly madeMs: number;
        readonly costMs: number;
        readonly newestPlan: PlanId | undefined;
      }
    | undefined;
  #model: { readonly model: DurationModel; readonly atMs: number } | undefined;
  #making: Promise<HeldForecast> | undefined;

  constructor(scene: ForesightScene) {
    this.#scene = scene;
  }

  /** As `current`, but undefined when there is none yet and making it takes longer than that: it is there for who asks again. */
  async soon(patienceMs: number): Promise<HeldForecast | undefined> {
    const over = new AbortController();
    const waited = this.#scene.farm.clock.sleep(patienceMs, over.signal).then(() => undefined);
    try {
      return await Promise.race([this.current(), waited]);
    } finally {
      over.abort();
    }
  }

  async current(): Promise<HeldForecast> {
    const held = this.#held;
    const ageMs = held ? this.#scene.farm.clock.monotonicMs() - held.madeMs : Number.POSITIVE_INFINITY;
    // of a plan that came since, it says nothing
    const isBehind = held?.newestPlan !== this.#newestPlan();
    if (held && !isBehind && ageMs < Math.max(youngMs, restFactor * held.costMs)) return held.forecast;
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
    if (!held || isBehind || ageMs > staleMs) return await this.#making;
    // whoever asks next is told if it fails
    this.#making.catch(() => undefined);
    return held.forecast;
  }

  async #make(): Promise<HeldForecast> {
    const { farm, builders: views, isOwn } = this.#scene;
    const builders = workingBuilders(views(), isOwn);
    let costMs = 0;
    const newestPlan = this.#newestPlan();
    const timed = <T>(work: () => T): T => {
      const startedMs = farm.clock.monotonicMs();
      const result = work();
      costMs += farm.clock.monotonicMs() - startedMs;
      return result;
    };
    const runs = timed(() => this.#begin(builders));
    const slice = (): boolean => {
      const untilMs = farm.clock.monotonicMs() + sliceMs;
      let isMore = true;
      while (isMore && farm.clock.monotonicMs() < untilMs) isMore = runs.next();
      return isMore;
    };
    while (timed(slice)) await nextTurn();
    const forecast = { ...timed(() => runs.result()), builders };
    this.#held = { forecast, madeMs: farm.clock.monotonicMs(), costMs, newestPlan };
    return forecast;
  }

  #newestPlan(): PlanId | undefined {
    return this.#scene.farm.database.plans.list(1)[0]?.id;
  }

  #begin(builders: readonly VirtualBuilder[]): ForecastRuns {
    const { farm } = this.#scene;
    const open = openWork(farm);
    return new ForecastRuns({
      nowMs: farm.clock.nowMs(),
      open,
      builders,
      model: this.#durations(),
      groupOf,
      usualArch: usualArchOf(farm),
      brokenShare: brokenShareOf(farm),
      runs: Math.min(mostRuns, Math.max(leastRuns, Math.floor(mostJobRuns / Math.max(1, open.rows.length)))),
      // of the same farm at the same state the same is foreseen
      seed: open.rows.length,
    });
  }

  /** Durations change slowly: what is known of them holds for a while. */
  #durations(): DurationModel {
    const nowMs = this.#scene.farm.clock.monotonicMs();
    if (!this.#model || nowMs - this.#model.atMs > modelMs)
      this.#model = { model: durationModel(this.#scene.farm), atMs: nowMs };
    return this.#model.model;
  }
}
