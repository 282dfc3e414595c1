import { nextTurn } from '../../host/index.ts';
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
/** Older than this nobody is shown one while the next is being made. */
const staleMs = 60_000;
const modelMs = 60_000;

/** When open jobs will be done: made when somebody asks, kept for a while, made anew behind the back of who asks again. */
export class Forecasts {
  readonly #scene: ForesightScene;
  #held: { readonly forecast: HeldForecast; readonly madeMs: number; readonly costMs: number } | undefined;
  #model: { readonly model: DurationModel; readonly atMs: number } | undefined;
  #making: Promise<HeldForecast> | undefined;

  constructor(scene: ForesightScene) {
    this.#scene = scene;
  }

  async current(): Promise<HeldForecast> {
    const held = this.#held;
    const ageMs = held ? this.#scene.farm.clock.monotonicMs() - held.madeMs : Number.POSITIVE_INFINITY;
    if (held && ageMs < Math.max(youngMs, restFactor * held.costMs)) return held.forecast;
    this.#making ??= this.#make();
    if (!held || ageMs > staleMs) return await this.#making;
    // whoever asks next is told if it fails
    this.#making.catch(() => undefined);
    return held.forecast;
  }

  async #make(): Promise<HeldForecast> {
    try {
      const { farm, builders: views, isOwn } = this.#scene;
      const builders = workingBuilders(views(), isOwn);
      let costMs = 0;
      const timed = <T>(work: () => T): T => {
        const startedMs = farm.clock.monotonicMs();
        const result = work();
        costMs += farm.clock.monotonicMs() - startedMs;
        return result;
      };
      const runs = timed(() => this.#begin(builders));
      while (timed(() => runs.next())) await nextTurn();
      const forecast = { ...timed(() => runs.result()), builders };
      this.#held = { forecast, madeMs: farm.clock.monotonicMs(), costMs };
      return forecast;
    } finally {
      this.#making = undefined;
    }
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
