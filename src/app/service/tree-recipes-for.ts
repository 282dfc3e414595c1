import type { Recipe } from '../../model/index.ts';
import { wishRecipes } from '../ebin-targets/wishes.ts';
import type { Farm } from '../farm.ts';
import type { BrokenRecipe } from '../load-recipes.ts';
import { isEbinTarget, isStageTarget } from '../recipe-kinds.ts';
import type { RecipeSources, SourceState } from '../recipe-sources.ts';
import { categoryOf } from '../stage-targets/recipes.ts';
import { noteAutogens } from '../tree-owners.ts';

/** Targets that a subarch whose files are wrong would have. */
const usualTargets = ['stage1', 'stage2', 'stage3'];

/**
 * The autogens, ebins or stages of a source at a commit, and writes down which the newest commit has: what earlier ones made and none of
 * these is responsible for leaves the tree. An older commit says nothing of what came after it. Ebins whose binary packages are
 * gone leave only where the target says so. Throws what `RecipeSources.autogens` and `ebins` throw, and GIT problems.
 */
export async function treeRecipesFor(
  { farm, sources }: { readonly farm: Farm; readonly sources: RecipeSources },
  target: string,
  state: SourceState,
): Promise<{
  readonly names: readonly string[];
  readonly recipes: readonly Recipe[];
  readonly broken: readonly BrokenRecipe[];
}> {
  if (isStageTarget(farm, target)) {
    const { recipes, problems } = await sources.stages(state);
    const broken = problems.flatMap(({ build, problem }) =>
      usualTargets.map((name) => ({ name: `${categoryOf(build)}/${name}`, folder: build.build, problem })),
    );
    return { names: recipes.map(({ name }) => name), recipes, broken };
  }
  const isEbins = isEbinTarget(farm, target);
  const recipes = isEbins ? await sources.ebins(state.source) : await sources.autogens(state);
  const names = recipes.map(({ name }) => name);
  const isTold = isEbins ? (farm.config.targets[target]?.prune ?? false) : await sources.isNewest(state);
  if (isTold) noteAutogens(farm, target, { source: state.source, names });
  return { names, broken: [], recipes: isEbins ? [...recipes, ...wishRecipes(farm, state.source)] : recipes };
}
