import { fault, type Problem, ProblemError } from '../diagnostics/index.ts';
import type { LoadedRecipe, Recipe } from '../model/index.ts';
import { discover, loadAll, type PkgbuildDetails } from '../recipes/pkgbuild/index.ts';
import type { Farm } from './farm.ts';
import { makeSrcinfo } from './make-srcinfo.ts';
import { watchUpstreams } from './upstream-heads.ts';

export interface LoadRequest {
  /** Recipe folders, or folders of recipe folders. */
  readonly paths: readonly string[];
  /** Only these recipes and what they need; undefined: all. */
  readonly only: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: the farm's own. */
  readonly arch?: string | undefined;
  /** Whether upstreams are asked for their newest commits; default: the farm's setting. */
  readonly upstreamHeads?: boolean | undefined;
}

export interface BrokenRecipe {
  readonly name: string;
  readonly problem: Problem;
}

export interface LoadedRecipes {
  readonly recipes: readonly Recipe<PkgbuildDetails>[];
  /** Folders that could not be made recipes, with the first reason; they stop nothing else. */
  readonly broken: readonly BrokenRecipe[];
  /** Everything to tell, of broken recipes and good ones. */
  readonly problems: readonly Problem[];
}

/**
 * Turns paths into recipes: discovers folders, reads them, and asks upstreams for their newest commits.
 * Throws PLN001 for a path that leads to no recipes, CLI006 for a wanted one that is not there.
 */
export async function loadRecipes(farm: Farm, request: LoadRequest): Promise<LoadedRecipes> {
  const found = discover(request.paths);
  const mistyped = found.problems.find(({ severity, blame }) => severity === 'error' && blame === 'usage');
  if (mistyped) throw new ProblemError(mistyped);
  const arch = request.arch ?? farm.config.arch;
  const results = await loadAll(found.folders, {
    arch,
    regenerate: (folder) => makeSrcinfo(farm, folder, arch),
    parallel: farm.jobs,
  });
  const loaded = sortLoaded(results.map((result, at) => ({ folder: found.folders[at] as string, result })));
  const { recipes, broken } = loaded;
  const problems = [...found.problems, ...loaded.problems];
  for (const name of request.only ?? []) {
    if (recipes.some((recipe) => recipe.name === name) || broken.some((one) => one.name === name)) continue;
    throw fault('CLI006', { what: `'${request.paths.join("', '")}' holds no recipe '${name}'` });
  }
  const wanted = request.only ? withNeeds(recipes, request.only) : recipes;
  if (!(request.upstreamHeads ?? farm.config.sources['upstream-heads']))
    return { recipes: wanted, broken, problems };
  const watched = await watchUpstreams(farm, wanted, request.signal);
  return { recipes: watched.recipes, broken, problems: [...problems, ...watched.problems] };
}

/** A folder that was read. */
export interface ReadFolder {
  readonly folder: string;
  readonly result: LoadedRecipe<PkgbuildDetails>;
}

/** Tells recipes from folders that could not be made any. */
export function sortLoaded(folders: readonly ReadFolder[]): LoadedRecipes {
  const broken = folders.flatMap(({ folder, result }): BrokenRecipe[] => {
    const problem = result.problems.find(({ severity }) => severity === 'error');
    return result.recipe || !problem ? [] : [{ name: folder.split('/').at(-1) ?? '', problem }];
  });
  return {
    recipes: folders.flatMap(({ result }) => (result.recipe ? [result.recipe] : [])),
    broken,
    problems: folders.flatMap(({ result }) => result.problems),
  };
}

/** The named recipes and every recipe that offers something they need, directly or not. */
function withNeeds(
  recipes: readonly Recipe<PkgbuildDetails>[],
  names: readonly string[],
): readonly Recipe<PkgbuildDetails>[] {
  const offering = new Map<string, Recipe<PkgbuildDetails>[]>();
  for (const recipe of recipes) {
    for (const { name } of recipe.offers) offering.set(name, [...(offering.get(name) ?? []), recipe]);
  }
  const wanted = new Set(recipes.filter(({ name }) => names.includes(name)));
  for (const recipe of wanted) {
    for (const need of recipe.needs) for (const one of offering.get(need.name) ?? []) wanted.add(one);
  }
  return recipes.filter((recipe) => wanted.has(recipe));
}
