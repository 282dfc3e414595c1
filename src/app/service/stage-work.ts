import type { Recipe } from '../../model/index.ts';
import { type Candidate, nextBuild } from '../../stage-mirror/index.ts';
import { mirrorEntries } from '../stage-targets/mirror-entries.ts';
import { categoryOf, stagesConfig } from '../stage-targets/recipes.ts';
import { beginVersion } from '../stage-targets/run-version.ts';
import { standingOf } from '../stage-targets/standing.ts';
import { countAutogens } from './autogen-packages.ts';
import type { AutogenWorkParts } from './autogen-work.ts';
import { treeRecipesFor } from './tree-recipes-for.ts';
import { recipesDigest, scheduleRun } from './tree-run.ts';
import type { WantedRun } from './upkeep-run.ts';
import type { Performed, SourceWork } from './upkeep-source.ts';

/**
 * Runs of a source of stages. By the clock: what is due begins a version (9.9). When its files have changed: what of this version is not
 * complete is tried again. By hand: everything, as a new version unless one is being built.
 */
export class StageWork implements SourceWork {
  readonly #parts: AutogenWorkParts;

  constructor(parts: AutogenWorkParts) {
    this.#parts = parts;
  }

  /** The newest commit, or a digest of a plain folder's plan: everything that would make a job. Throws what `stages` throws. */
  async newest(): Promise<string> {
    const { sources, source } = this.#parts;
    const state = await sources.at(source, undefined);
    return state.commit ?? recipesDigest((await sources.stages(state)).recipes);
  }

  async perform({ kind, by, packages }: WantedRun): Promise<Performed> {
    const { farm, source, target, sources } = this.#parts;
    const builds = await this.#chosen({ kind, by });
    const isNew = kind !== 'on-commit' && packages === undefined && builds.length > 0;
    if (isNew && !this.#isBusy()) beginVersion(farm, source);
    const state = await sources.at(source, undefined);
    const { recipes } = await treeRecipesFor({ farm, sources }, target, state);
    const head = state.commit ?? recipesDigest(recipes);
    const wanted = packages ?? namesFor(recipes, builds);
    return { head, outcome: await scheduleRun(this.#parts, wanted) };
  }

  /** First parts of the names of jobs of those subarches that a run is for. */
  async #chosen({ kind, by }: Pick<WantedRun, 'kind' | 'by'>): Promise<readonly string[]> {
    const { farm, source } = this.#parts;
    const config = stagesConfig(farm, source);
    const entries = await mirrorEntries(farm, config.target);
    const all = config.builds.map((build) => ({ build, ...standingOf(farm, { source, build, entries }) }));
    if (kind === 'on-commit')
      return all
        .filter(({ isComplete, candidate }) => !isComplete && !candidate.isBusy)
        .map(({ build }) => categoryOf(build));
    if (by === 'hand')
      return all.filter(({ candidate }) => !candidate.isBusy).map(({ build }) => categoryOf(build));
    const rules = { staleMs: config.stale, mostFailures: config.failures };
    const due = dueOf(
      all.map(({ candidate }) => candidate),
      (rest) => nextBuild(rest, rules, farm.clock.nowMs())?.candidate,
    );
    return all.filter(({ candidate }) => due.has(candidate)).map(({ build }) => categoryOf(build));
  }

  #isBusy(): boolean {
    const { farm, target } = this.#parts;
    return farm.database.views.openRevisions().some(({ id }) => id.startsWith(`${target}/`));
  }

  counts() {
    const { farm, source, target } = this.#parts;
    return countAutogens(farm, { source, target });
  }
}

/** All that are due, the most urgent first. */
function dueOf(
  candidates: readonly Candidate[],
  next: (rest: readonly Candidate[]) => Candidate | undefined,
): ReadonlySet<Candidate> {
  const due = new Set<Candidate>();
  for (;;) {
    const found = next(candidates.filter((one) => !due.has(one)));
    if (!found) return due;
    due.add(found);
  }
}

/** Jobs of some subarches, and all that they need. */
function namesFor(recipes: readonly Recipe[], categories: readonly string[]): readonly string[] {
  const byName = new Map(recipes.map((recipe) => [recipe.name, recipe]));
  const wanted = new Set<string>();
  const add = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const need of byName.get(name)?.needs ?? []) add(need.name);
  };
  for (const { name } of recipes)
    if (categories.some((category) => name.startsWith(`${category}/`) && !isSeed(name))) add(name);
  return [...wanted];
}

/** Seeds are taken in when something begins with them. */
const isSeed = (name: string): boolean => /\/seed-stage[13]$/.test(name);
