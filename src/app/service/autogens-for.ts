import type { Recipe } from '../../model/index.ts';
import type { AutogenDetails } from '../../recipes/autogen/index.ts';
import type { Farm } from '../farm.ts';
import type { RecipeSources, SourceState } from '../recipe-sources.ts';
import { noteAutogens } from '../tree-owners.ts';

/**
 * The autogens of a source at a commit, and writes down which there are: what earlier ones made and none of these is
 * responsible for leaves the tree. Throws what `RecipeSources.autogens` throws.
 */
export async function autogensFor(
  { farm, sources }: { readonly farm: Farm; readonly sources: RecipeSources },
  target: string,
  state: SourceState,
): Promise<{ readonly names: readonly string[]; readonly recipes: readonly Recipe<AutogenDetails>[] }> {
  const recipes = await sources.autogens(state);
  const names = recipes.map(({ name }) => name);
  noteAutogens(farm, target, { source: state.source, names });
  return { names, recipes };
}
