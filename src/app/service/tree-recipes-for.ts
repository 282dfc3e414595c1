import type { Recipe } from '../../model/index.ts';
import { wishRecipes } from '../ebin-targets/wishes.ts';
import type { Farm } from '../farm.ts';
import { isEbinTarget } from '../recipe-kinds.ts';
import type { RecipeSources, SourceState } from '../recipe-sources.ts';
import { noteAutogens } from '../tree-owners.ts';

/**
 * The autogens or ebins of a source at a commit, and writes down which the newest commit has: what earlier ones made and none of
 * these is responsible for leaves the tree. An older commit says nothing of what came after it. Ebins whose binary packages are
 * gone leave only where the target says so. Throws what `RecipeSources.autogens` and `ebins` throw, and GIT problems.
 */
export async function treeRecipesFor(
  { farm, sources }: { readonly farm: Farm; readonly sources: RecipeSources },
  target: string,
  state: SourceState,
): Promise<{ readonly names: readonly string[]; readonly recipes: readonly Recipe[] }> {
  const isEbins = isEbinTarget(farm, target);
  const recipes = isEbins ? await sources.ebins(state.source) : await sources.autogens(state);
  const names = recipes.map(({ name }) => name);
  const isTold = isEbins ? (farm.config.targets[target]?.prune ?? false) : await sources.isNewest(state);
  if (isTold) noteAutogens(farm, target, { source: state.source, names });
  return { names, recipes: isEbins ? [...recipes, ...wishRecipes(farm, state.source)] : recipes };
}
