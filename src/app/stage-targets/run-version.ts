import type { StagesConfig } from '../../config/index.ts';
import type { Farm } from '../farm.ts';

const wordOf = (source: string): string => `stage version of ${source}`;

/** The day of a time, as versions of stages name it. */
export const dayOf = (nowMs: number): string => new Date(nowMs).toISOString().slice(0, 10);

/** The version that a source builds: the one that its settings say, that of the run it is in, or today. */
export function runVersion(
  { database, clock }: Pick<Farm, 'database' | 'clock'>,
  source: string,
  { version }: Pick<StagesConfig, 'version'>,
): string {
  return version ?? database.words.get(wordOf(source)) ?? dayOf(clock.nowMs());
}

/** Lets the version of today be that of the run, where no run has begun yet: what goes on past midnight keeps it. */
export function keepVersion(farm: Pick<Farm, 'database' | 'clock'>, source: string): void {
  if (farm.database.words.get(wordOf(source)) === undefined) beginVersion(farm, source);
}

/** Begins the version of today. */
export function beginVersion({ database, clock }: Pick<Farm, 'database' | 'clock'>, source: string): void {
  database.words.set(wordOf(source), dayOf(clock.nowMs()));
}
