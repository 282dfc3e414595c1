import type { StagesConfig } from '../../config/index.ts';
import { isFinal, isGood } from '../../model/index.ts';
import { jobId } from '../../primitives/index.ts';
import type { Candidate } from '../../stage-mirror/index.ts';
import { versionTime } from '../../stages/index.ts';
import type { Farm } from '../farm.ts';
import { type MirrorEntry, resultsOf } from './mirror-entries.ts';
import { placeOfBuild } from './read-control.ts';
import { categoryOf, stagesConfig } from './recipes.ts';
import { runVersion } from './run-version.ts';

/** How a subarch of a farm stands. */
export interface StageStanding {
  readonly candidate: Candidate;
  /** The version that is built, or was built last, and whether a stage3 of it is published. */
  readonly version: string;
  readonly isComplete: boolean;
}

type Build = StagesConfig['builds'][number];

/** Jobs of a subarch that the record knows. */
export function jobsOf(farm: Pick<Farm, 'database'>, target: string, build: Build): readonly string[] {
  const start = `${categoryOf(build)}/`;
  const known = farm.database.inventory.recipes(target, 'any').keys();
  return [...known].filter((name) => name.startsWith(start));
}

/**
 * How often the jobs of a subarch failed in a row: the failures of its target that failed most often since it last went well, as the
 * record of the farm tells it (`.failcount` of 9.2).
 */
function failuresOf(farm: Pick<Farm, 'database'>, target: string, build: Build): number {
  const counts = jobsOf(farm, target, build).map((name) => {
    const revisions = farm.database.views.revisions(jobId({ target, arch: 'any', name }), 50);
    const over = revisions.filter(
      ({ state }) => isFinal(state) && state !== 'canceled' && state !== 'skipped',
    );
    const good = over.findIndex(({ state }) => isGood(state));
    const since = good === -1 ? over : over.slice(0, good);
    return since.filter(({ state }) => state === 'failed' || state === 'timed-out').length;
  });
  return Math.max(0, ...counts);
}

/** How a subarch stands: when it was built last, how often it failed since, whether it is being built. */
export function standingOf(
  farm: Pick<Farm, 'config' | 'database' | 'clock'>,
  {
    source,
    build,
    entries,
  }: { readonly source: string; readonly build: Build; readonly entries: readonly MirrorEntry[] },
): StageStanding {
  const config = stagesConfig(farm, source);
  const { target } = config;
  const place = placeOfBuild(build);
  const built = resultsOf(entries, place, 'stage3').filter(({ about }) => about.kind === 'result');
  const newest = built.at(-1)?.version;
  const version = runVersion(farm, source, config);
  const start = `${target}/any/${categoryOf(build)}/`;
  return {
    version,
    isComplete: built.some((one) => one.version === version),
    candidate: {
      ...place,
      builtMs: newest === undefined ? undefined : versionTime(newest) * 1000,
      failures: failuresOf(farm, target, build),
      isBusy: farm.database.views.openRevisions().some(({ id }) => id.startsWith(start)),
    },
  };
}
