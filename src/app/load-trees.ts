// Recipes of all kinds but PKGBUILDs: who has none of them does not load what reads them.
import { fault } from '../diagnostics/index.ts';
import { machine } from '../host/index.ts';
import { autogensOf, discoverAutogens, overlayOf } from '../recipes/autogen/index.ts';
import { discoverEbins } from '../recipes/ebin/index.ts';
import { ebinTargetSettings } from './ebin-targets/settings.ts';
import type { Farm } from './farm.ts';
import { sourcesFor } from './farm-names.ts';
import type { Loaded, PlanRequest } from './plan-request.ts';
import { PythonPlanning } from './python-targets/planning.ts';
import { stageRecipes } from './stage-targets/recipes.ts';
import { noteAutogens } from './tree-owners.ts';

/** Binary packages of Gentoo below some folders. Throws CLI006. */
export async function loadEbins(farm: Farm, target: string, request: PlanRequest): Promise<Loaded> {
  const { recipes, problems } = await discoverEbins(
    request.paths.map((path) => machine.absolute(path)),
    ebinTargetSettings(farm, target).fingerprint,
  );
  return onlyWanted({ recipes, broken: [], problems }, request, 'binary package');
}

/** Throws CLI006 for a wanted recipe that is not there. */
function onlyWanted(loaded: Loaded, { paths, only }: PlanRequest, what: string): Loaded {
  const { recipes } = loaded;
  for (const name of only ?? []) {
    if (recipes.some((recipe) => recipe.name === name)) continue;
    throw fault('CLI006', { what: `'${paths.join("', '")}' holds no ${what} '${name}'` });
  }
  return { ...loaded, recipes: only ? recipes.filter(({ name }) => only.includes(name)) : recipes };
}

/** Stages of files in a folder, by the settings of the target's source. Throws SCH001, CLI006, and what `stageRecipes` throws. */
export async function loadStages(farm: Farm, target: string, request: PlanRequest): Promise<Loaded> {
  const [source = ''] = sourcesFor(farm.config, target);
  const [path = '.'] = request.paths;
  const { recipes, problems } = await stageRecipes(farm, source, { top: machine.absolute(path) });
  const told = problems.map(({ problem }) => problem);
  return onlyWanted({ recipes, broken: [], problems: told }, request, 'stage');
}

/** Python distributions of a folder, by the settings of the target's source. Throws CLI006, and what `PythonPlanning.open` throws. */
export async function loadDistributions(farm: Farm, target: string, request: PlanRequest): Promise<Loaded> {
  const [source = ''] = sourcesFor(farm.config, target);
  const [path = '.'] = request.paths;
  const planning = await PythonPlanning.open(farm, source, machine.absolute(path));
  const recipes = await planning.recipes();
  return onlyWanted({ recipes, broken: [], problems: planning.problems }, request, 'distribution');
}

/** Throws PLN001 for a path in no overlay, CLI006 for a wanted autogen that is not there. */
export function loadAutogens(request: PlanRequest): Loaded {
  const { recipes, problems } = discoverAutogens(request.paths);
  return onlyWanted({ recipes, broken: [], problems }, request, 'autogen');
}

/** Writes down which autogens the overlays of some paths have, for those who take out what is made no more. Throws PLN001. */
export function noteOverlays(farm: Pick<Farm, 'database'>, target: string, paths: readonly string[]): void {
  for (const path of paths) {
    const place = overlayOf(path);
    const names = autogensOf(place).map(({ name }) => name);
    noteAutogens(farm, target, { source: place.overlay, names });
  }
}
