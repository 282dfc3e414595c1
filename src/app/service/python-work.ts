import { isFinal, isGood } from '../../model/index.ts';
import { jobId } from '../../primitives/index.ts';
import { manifestJob } from '../../recipes/python/index.ts';
import { countAutogens } from './autogen-packages.ts';
import type { AutogenWorkParts } from './autogen-work.ts';
import { treeRecipesFor } from './tree-recipes-for.ts';
import { recipesDigest, scheduleRun } from './tree-run.ts';
import type { WantedRun } from './upkeep-run.ts';
import type { Performed, SourceWork } from './upkeep-source.ts';

/**
 * Runs of a source of Python distributions. What has other inputs than when it was tried last is explored, and then the manifest is
 * made; what failed is tried again with other inputs, or by hand.
 */
export class PythonWork implements SourceWork {
  readonly #parts: AutogenWorkParts;

  constructor(parts: AutogenWorkParts) {
    this.#parts = parts;
  }

  /** A digest of the inputs of all jobs: archives may change without a commit. Throws what `RecipeSources.python` throws. */
  async newest(): Promise<string> {
    const { sources, source } = this.#parts;
    const planning = await sources.python(await sources.at(source, undefined));
    return recipesDigest(await planning.recipes());
  }

  async perform({ by, packages }: WantedRun): Promise<Performed> {
    const { farm, source, target, sources } = this.#parts;
    const state = await sources.at(source, undefined);
    const { recipes } = await treeRecipesFor({ farm, sources }, target, state);
    const due = recipes.filter((recipe) => this.#isDue(recipe, by === 'hand')).map(({ name }) => name);
    const names = packages ?? (due.length > 0 ? [...new Set([...due, manifestJob])] : []);
    return { head: recipesDigest(recipes), outcome: await scheduleRun(this.#parts, names, state.commit) };
  }

  /** Whether a job was never tried with these inputs; by hand also, whether it did not go well. */
  #isDue(
    { name, inputDigest }: { readonly name: string; readonly inputDigest: string },
    isByHand: boolean,
  ): boolean {
    const { farm, target } = this.#parts;
    const { views, jobs, attempts } = farm.database;
    const [newest] = views.revisions(jobId({ target, arch: 'any', name }), 1);
    if (newest === undefined || jobs.planned(newest.key).inputDigest !== inputDigest) return true;
    if (!isFinal(newest.state) || isGood(newest.state)) return false;
    // what others ended, and what went wrong with builders, says nothing of the distribution
    const outcome = newest.attempt === undefined ? undefined : attempts.get(newest.attempt)?.outcome;
    return isByHand || newest.state === 'canceled' || newest.state === 'blocked' || outcome?.kind === 'lost';
  }

  counts() {
    const { farm, source, target } = this.#parts;
    return countAutogens(farm, { source, target });
  }
}
