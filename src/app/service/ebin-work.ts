import { isFinal, type Recipe } from '../../model/index.ts';
import { jobId } from '../../primitives/index.ts';
import { isWishName } from '../ebin-targets/is-wish-name.ts';
import { ebinRecipes } from '../ebin-targets/recipes.ts';
import { countAutogens } from './autogen-packages.ts';
import type { AutogenWorkParts } from './autogen-work.ts';
import { treeRecipesFor } from './tree-recipes-for.ts';
import { recipesDigest, scheduleRun } from './tree-run.ts';
import { shown, type WantedRun } from './upkeep-run.ts';
import type { Performed, SourceWork } from './upkeep-source.ts';

/**
 * Runs of a source of ebins: they look at its folders of binary packages, and put those packages into the queue whose builds are
 * not as they were when their newest job was planned.
 */
export class EbinWork implements SourceWork {
  readonly #parts: AutogenWorkParts;

  constructor(parts: AutogenWorkParts) {
    this.#parts = parts;
  }

  /** Folders have no commits: a digest over everything that would make a job. Throws what `ebinRecipes` throws. */
  async newest(): Promise<string> {
    const { farm, source } = this.#parts;
    return recipesDigest((await ebinRecipes(farm, source)).recipes);
  }

  async perform({ packages }: WantedRun): Promise<Performed> {
    const { farm, source, target, sources } = this.#parts;
    const state = { source, commit: undefined, isGone: false };
    const all = await treeRecipesFor({ farm, sources }, target, state);
    const recipes = all.recipes.filter(({ name }) => !isWishName(name));
    const head = recipesDigest(recipes);
    const wanted = packages ?? recipes.filter((one) => this.#isChanged(one)).map(({ name }) => name);
    const outcome = await scheduleRun(this.#parts, wanted);
    const [lack] = all.lacking;
    const problem = outcome.problem ?? (lack === undefined ? null : shown(lack));
    return { head, outcome: { ...outcome, problem, warnings: outcome.warnings + all.lacking.length } };
  }

  /** What was looked at in this state is not looked at again, whatever came of it, unless it was called off or lost. */
  #isChanged({ name, inputDigest }: Recipe): boolean {
    const { farm, target } = this.#parts;
    const [newest] = farm.database.views.revisions(jobId({ target, arch: 'any', name }), 1);
    if (newest === undefined || farm.database.jobs.planned(newest.key).inputDigest !== inputDigest)
      return true;
    return (
      isFinal(newest.state) && !['succeeded', 'already-built', 'failed', 'timed-out'].includes(newest.state)
    );
  }

  counts() {
    const { farm, source, target } = this.#parts;
    return countAutogens(farm, { source, target });
  }
}
