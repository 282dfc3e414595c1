import type { Problem } from '../../diagnostics/index.ts';
import type { Recipe } from '../../model/index.ts';
import { isEbinTarget } from '../ebin-targets/is-ebin-target.ts';
import { wishRecipes } from '../ebin-targets/wishes.ts';
import type { Farm } from '../farm.ts';
import type { BrokenRecipe } from '../load-recipes.ts';
import { isPythonTarget } from '../python-targets/is-python-target.ts';
import { noteSelection } from '../python-targets/noted-selection.ts';
import type { RecipeSources, SourceState } from '../recipe-sources.ts';
import { isStageTarget } from '../stage-targets/is-stage-target.ts';
import { categoryOf } from '../stage-targets/recipes.ts';
import { keepVersion } from '../stage-targets/run-version.ts';
import { noteAutogens } from '../tree-owners.ts';

/** Targets that a subarch whose files are wrong would have. */
const usualTargets = ['stage1', 'stage2', 'stage3'];

/** What a source has for a tree. */
export interface TreeRecipes {
  readonly names: readonly string[];
  readonly recipes: readonly Recipe[];
  /** Those whose own files are wrong. */
  readonly broken: readonly BrokenRecipe[];
  /** Why packages are left out. */
  readonly lacking: readonly Problem[];
}

/**
 * The autogens, ebins or stages of a source at a commit, and writes down which the newest commit has: what earlier ones made and none of
 * these is responsible for leaves the tree. An older commit says nothing of what came after it. Ebins whose binary packages are
 * gone leave only where the target says so. Throws what `RecipeSources.autogens` and `ebins` throw, and GIT problems.
 */
export async function treeRecipesFor(
  { farm, sources }: { readonly farm: Farm; readonly sources: RecipeSources },
  target: string,
  state: SourceState,
): Promise<TreeRecipes> {
  if (isStageTarget(farm, target)) {
    keepVersion(farm, state.source);
    const { recipes, problems } = await sources.stages(state);
    const broken = problems.flatMap(({ build, problem }) =>
      usualTargets.map((name) => ({ name: `${categoryOf(build)}/${name}`, folder: build.build, problem })),
    );
    return { names: recipes.map(({ name }) => name), recipes, broken, lacking: [] };
  }
  if (isPythonTarget(farm, target)) {
    const planning = await sources.python(state);
    const recipes = await planning.recipes();
    noteSelection(farm, state.source, planning);
    const lacking = planning.problems;
    return { names: recipes.map(({ name }) => name), recipes, broken: [], lacking };
  }
  if (isEbinTarget(farm, target)) {
    const { recipes, lacking } = await sources.ebins(state.source);
    const names = recipes.map(({ name }) => name);
    // what could not be had is not gone
    const isTold = (farm.config.targets[target]?.prune ?? false) && lacking.length === 0;
    if (isTold) noteAutogens(farm, target, { source: state.source, names });
    return { names, recipes: [...recipes, ...wishRecipes(farm, state.source)], lacking, broken: [] };
  }
  const recipes = await sources.autogens(state);
  const names = recipes.map(({ name }) => name);
  if (await sources.isNewest(state)) noteAutogens(farm, target, { source: state.source, names });
  return { names, recipes, lacking: [], broken: [] };
}
