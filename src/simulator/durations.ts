import type { JobId } from '../primitives/index.ts';
import { type Chance, studentT } from './chance.ts';

/** What a duration is estimated from: builds of this very job, of others that are like it, or of none. */
export type DurationBasis = 'own-history' | 'class-history' | 'no-history';

/** Jobs of a kind of their own: `kind` names it, such as a build class. */
export interface DurationHistory {
  readonly job: JobId;
  /** Durations of successes in ms, in any order. */
  readonly durationsMs: readonly number[];
  readonly group: string;
}

/** How long a job may take, as a distribution of the logarithm of milliseconds. */
export interface DurationEstimate {
  readonly basis: DurationBasis;
  readonly logMedian: number;
  /** Of one build to come, what is not known of the median included. */
  readonly logDeviation: number;
  /** Degrees of freedom of the deviation: how well it is known itself. */
  readonly freedom: number;
}

/**
 * What is believed of the spread before anything is known: builds of one package differ by about a fifth. It counts as much
 * as so many builds.
 */
const usualSpread = 0.2;
const usualWeight = 4;
/** A job of which nothing is known takes a minute, or a tenth, or ten times as much. */
const unknown: DurationEstimate = {
  basis: 'no-history',
  logMedian: Math.log(60_000),
  logDeviation: Math.log(10) / 1.28,
  freedom: 1000,
};

interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Sum of squared distances from the mean. */
  readonly squares: number;
}

/** Durations to come from those on record: lognormal, with the spread of few builds drawn towards what is usual here. */
export class DurationModel {
  readonly #own = new Map<string, Moments>();
  readonly #groups = new Map<string, Moments>();
  readonly #all: Moments;
  /** Spread of builds of one job, over all jobs of the farm. */
  readonly #spread: number;

  constructor(histories: Iterable<DurationHistory>) {
    const means = new Map<string, number[]>();
    let squares = usualSpread ** 2 * usualWeight;
    let freedom = usualWeight;
    for (const { job, durationsMs, group } of histories) {
      if (durationsMs.length === 0) continue;
      const own = momentsOf(durationsMs.map((ms) => Math.log(Math.max(1, ms))));
      this.#own.set(job, own);
      squares += own.squares;
      freedom += own.count - 1;
      const list = means.get(group);
      if (list) list.push(own.mean);
      else means.set(group, [own.mean]);
    }
    this.#spread = Math.sqrt(squares / freedom);
    for (const [group, list] of means) this.#groups.set(group, momentsOf(list));
    this.#all = momentsOf([...means.values()].flat());
  }

  /** What is known of a job, or of its group when it has no history; of all jobs when its group has none. */
  estimate(job: JobId, group: string): DurationEstimate {
    const own = this.#own.get(job);
    if (own) {
      const freedom = usualWeight + own.count - 1;
      const variance = (this.#spread ** 2 * usualWeight + own.squares) / freedom;
      const logDeviation = Math.sqrt(variance * (1 + 1 / own.count));
      return { basis: 'own-history', logMedian: own.mean, logDeviation, freedom };
    }
    const known = this.#groups.get(group);
    const like = known && known.count >= 2 ? known : this.#all;
    if (like.count === 0) return unknown;
    // of one or two jobs nobody can tell how much jobs differ: as much as believed before anything is known
    const between = (like.squares + 2) / (like.count + 1);
    const logDeviation = Math.sqrt(between * (1 + 1 / like.count) + this.#spread ** 2);
    return { basis: 'class-history', logMedian: like.mean, logDeviation, freedom: like.count + 2 };
  }
}

/** The middle of an estimate in milliseconds. */
export const medianOf = ({ logMedian }: DurationEstimate): number => Math.exp(logMedian);

/** One duration by chance in milliseconds, of a build that has taken `elapsedMs` already and is not over. */
export function drawDuration(estimate: DurationEstimate, chance: Chance, elapsedMs = 0): number {
  const { logMedian, logDeviation, freedom } = estimate;
  for (let tries = 0; tries < 24; tries += 1) {
    const ms = Math.exp(logMedian + logDeviation * studentT(chance, freedom));
    if (ms > elapsedMs && Number.isFinite(ms)) return ms;
  }
  // it takes longer than anything known: what is left then is of the size of what was
  return elapsedMs * (1 + 0.25 * -Math.log(1 - chance.even()));
}

function momentsOf(values: readonly number[]): Moments {
  const count = values.length;
  const mean = count === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / count;
  return { count, mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}
