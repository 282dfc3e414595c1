import type { JobRecord } from '../database/index.ts';
import type { OpenWork } from '../dispatcher/index.ts';
import { isFinal } from '../model/index.ts';
import type { JobId, PlanId } from '../primitives/index.ts';
import { seededChance } from './chance.ts';
import {
  type DurationBasis,
  type DurationEstimate,
  type DurationModel,
  drawDuration,
  medianOf,
} from './durations.ts';
import { type RunningJob, type Simulation, simulate } from './simulate.ts';
import { quantile } from './summary.ts';
import type { VirtualBuilder } from './virtual-builder.ts';

/** When something will be, in ms since the epoch: eight times in ten between `earlyMs` and `lateMs`. */
export interface TimeRange {
  readonly earlyMs: number;
  readonly middleMs: number;
  readonly lateMs: number;
}

/** What is foreseen of one job. */
export interface JobForecast {
  readonly key: number;
  readonly id: JobId;
  readonly plan: PlanId;
  /** How many jobs are given to builders before it; undefined when it runs, or never will as things stand. */
  readonly position: number | undefined;
  /** Undefined when nobody may take it or what it waits for, or when it is rarely built at all. */
  readonly start: TimeRange | undefined;
  readonly end: TimeRange | undefined;
  /** What its own duration is known from. */
  readonly basis: DurationBasis;
  /** Jobs without any history among it and what it waits for: while there are some, the range is a guess. */
  readonly withoutHistory: number;
}

/** When all jobs of a plan will be over. */
export interface PlanForecast {
  readonly plan: PlanId;
  readonly end: TimeRange | undefined;
  readonly open: number;
  readonly withoutHistory: number;
  /** Jobs that will not run as things stand. */
  readonly stuck: number;
}

export interface Forecast {
  readonly atMs: number;
  /** How often the future was tried. */
  readonly runs: number;
  readonly jobs: ReadonlyMap<number, JobForecast>;
  readonly plans: readonly PlanForecast[];
}

export interface ForecastInput {
  readonly nowMs: number;
  readonly open: OpenWork & { readonly running: readonly RunningJob[] };
  readonly builders: readonly VirtualBuilder[];
  readonly model: DurationModel;
  /** Which jobs are alike, as the model was told. */
  readonly groupOf: (job: JobRecord) => string;
  readonly usualArch: string;
  /** Share of jobs "if a dependency breaks them" that had to be built, 0 to 1. */
  readonly brokenShare: number;
  readonly runs: number;
  readonly seed: number;
}

/** Gathers one run of the future after the other, so that who has other things to do may do them in between. */
export class ForecastRuns {
  readonly #input: ForecastInput;
  readonly #estimates = new Map<number, DurationEstimate>();
  readonly #starts = new Map<number, number[]>();
  readonly #ends = new Map<number, number[]>();
  readonly #planEnds = new Map<PlanId, number[]>();
  #usual: Simulation | undefined;
  #run = 0;

  constructor(input: ForecastInput) {
    this.#input = input;
    for (const row of input.open.rows)
      if (!isFinal(row.state)) this.#estimates.set(row.key, input.model.estimate(row.id, input.groupOf(row)));
  }

  /** Tries the future once more; false when that was often enough. The first run is the usual one: each job takes its median. */
  next(): boolean {
    const { nowMs, open, builders, usualArch, brokenShare, seed } = this.#input;
    if (this.#run > this.#input.runs) return false;
    const isUsual = this.#run === 0;
    const chance = seededChance(seed + this.#run * 7919);
    const running = new Map(open.running.map(({ key, sinceMs }) => [key, nowMs - sinceMs]));
    const simulation = simulate({
      startMs: nowMs,
      builders,
      open,
      usualArch,
      decide: () => (isUsual ? brokenShare >= 0.5 : chance.even() < brokenShare),
      fate: ({ key }) => {
        const estimate = this.#estimates.get(key) as DurationEstimate;
        const elapsedMs = running.get(key) ?? 0;
        const usualMs = Math.max(medianOf(estimate), elapsedMs);
        const durationMs = isUsual ? usualMs : drawDuration(estimate, chance, elapsedMs);
        return { durationMs, outcome: 'succeeded' };
      },
    });
    if (isUsual) this.#usual = simulation;
    else this.#gather(simulation);
    this.#run += 1;
    return this.#run <= this.#input.runs;
  }

  result(): Forecast {
    const places = new Map<number, number>();
    for (const [place, key] of this.#usual?.order.entries() ?? []) places.set(key, place);
    const unknown = this.#unknownBehind();
    const jobs = new Map<number, JobForecast>();
    for (const row of this.#input.open.rows) {
      const estimate = this.#estimates.get(row.key);
      if (!estimate) continue;
      const { key, id, plan } = row;
      const withoutHistory = unknown.get(key)?.size ?? 0;
      const { basis } = estimate;
      const times = { start: this.#range(this.#starts.get(key)), end: this.#range(this.#ends.get(key)) };
      const position = row.state === 'running' ? undefined : places.get(key);
      jobs.set(key, { key, id, plan, position, ...times, basis, withoutHistory });
    }
    const { nowMs, open } = this.#input;
    return {
      atMs: nowMs,
      runs: this.#input.runs,
      jobs,
      plans: open.plans.map(({ id }) => this.#plan(id, jobs)),
    };
  }

  #gather({ jobs }: Simulation): void {
    const planEnds = new Map<PlanId, number>();
    for (const [key, { job, startedMs, endedMs }] of jobs) {
      if (startedMs === undefined || endedMs === undefined) continue;
      push(this.#starts, key, startedMs);
      push(this.#ends, key, endedMs);
      planEnds.set(job.plan, Math.max(planEnds.get(job.plan) ?? 0, endedMs));
    }
    for (const [plan, endMs] of planEnds) push(this.#planEnds, plan, endMs);
  }

  #plan(plan: PlanId, jobs: ReadonlyMap<number, JobForecast>): PlanForecast {
    const mine = [...jobs.values()].filter((job) => job.plan === plan);
    const usual = [...(this.#usual?.jobs.values() ?? [])].filter(({ job }) => job.plan === plan);
    return {
      plan,
      end: this.#range(this.#planEnds.get(plan)),
      open: mine.length,
      withoutHistory: mine.filter(({ basis }) => basis === 'no-history').length,
      stuck: usual.filter(({ state }) => !isFinal(state)).length,
    };
  }

  /** Of too few runs in which it came to that nothing is said. */
  #range(times: number[] | undefined): TimeRange | undefined {
    if (!times || times.length * 4 < this.#input.runs) return undefined;
    times.sort((a, b) => a - b);
    const at = (share: number): number => Math.round(quantile(times, share) ?? 0);
    return { earlyMs: at(0.1), middleMs: at(0.5), lateMs: at(0.9) };
  }

  /** Jobs without history that each job waits for, itself among them; counted up to a few, since more change nothing. */
  #unknownBehind(): ReadonlyMap<number, ReadonlySet<number>> {
    const found = new Map<number, Set<number>>();
    const into = new Map<number, number[]>();
    for (const { dependency, dependant } of this.#input.open.edges) push(into, dependant, dependency);
    const visit = (key: number): Set<number> => {
      const known = found.get(key);
      if (known) return known;
      const own = new Set<number>();
      found.set(key, own);
      if (this.#estimates.get(key)?.basis === 'no-history') own.add(key);
      for (const before of into.get(key) ?? [])
        for (const one of visit(before)) if (own.size < 100) own.add(one);
      return own;
    };
    for (const key of this.#estimates.keys()) visit(key);
    return found;
  }
}

/** All runs at once. */
export function forecast(input: ForecastInput): Forecast {
  const runs = new ForecastRuns(input);
  while (runs.next());
  return runs.result();
}

function push<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const known = lists.get(key);
  if (known) known.push(value);
  else lists.set(key, [value]);
}
