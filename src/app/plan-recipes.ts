import { fault, type Problem } from '../diagnostics/index.ts';
import { machine } from '../host/index.ts';
import type { JobReason, Plan, Recipe } from '../model/index.ts';
import {
  explainJob,
  type Inventory,
  makePlan,
  planJson,
  renderPlanDot,
  renderPlanText,
} from '../planner/index.ts';
import { autogensOf, discoverAutogens, overlayOf } from '../recipes/autogen/index.ts';
import { discoverEbins } from '../recipes/ebin/index.ts';
import type { TargetRef } from './artifacts-at-hand.ts';
import { isEbinTarget } from './ebin-targets/is-ebin-target.ts';
import { ebinTargetSettings } from './ebin-targets/settings.ts';
import type { Farm } from './farm.ts';
import { sourcesFor, targetNames } from './farm-names.ts';
import { type BrokenRecipe, type LoadRequest, loadRecipes } from './load-recipes.ts';
import { isPythonTarget } from './python-targets/is-python-target.ts';
import { PythonPlanning } from './python-targets/planning.ts';
import { isAutogenTarget, isTreeTarget, kindOf } from './recipe-kinds.ts';
import { noSuchTarget } from './service/known-names.ts';
import { isStageTarget } from './stage-targets/is-stage-target.ts';
import { stageRecipes } from './stage-targets/recipes.ts';
import { noteAutogens } from './tree-owners.ts';

export interface PlanRequest extends LoadRequest {
  /** Build even what is up to date. */
  readonly rebuild: boolean;
  /** Recipes whose published packages do not work any more, and why. */
  readonly broken?: ReadonlyMap<string, readonly JobReason[]> | undefined;
  /** Default: the farm's own repository and architecture. */
  readonly target?: TargetRef | undefined;
}

/** A plan that was made and not admitted, with the recipes it was made of. */
export interface PlannedRecipes {
  readonly plan: Plan;
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly broken: readonly BrokenRecipe[];
  /** Everything to tell: broken recipes, ambiguous providers, cycles. */
  readonly problems: readonly Problem[];
}

/** A target of the farm by name, with the architecture that a build on this machine is for. Throws SCH001. */
export function targetRef(farm: Pick<Farm, 'config'>, target: string): TargetRef {
  const { config } = farm;
  if (!targetNames(config).includes(target)) throw noSuchTarget(config, target);
  return { target, arch: isTreeTarget(farm, target) ? 'any' : config.arch };
}

/** Reads recipes and derives what would be built, in which order, and why. Changes nothing. */
export async function planRecipes(farm: Farm, request: PlanRequest): Promise<PlannedRecipes> {
  const { target, arch } = request.target ?? { target: farm.config.repository, arch: farm.config.arch };
  const { recipes, broken, problems } = await loadFor(farm, target, request);
  const { dependencies } = farm.config;
  const kind = kindOf(farm, target);
  const plan = makePlan({
    recipes,
    inventory: readInventory(farm, { target, arch }),
    policy: {
      officialNames: new Set(dependencies.official),
      // what upstreams have, only running an autogen tells
      ...(isAutogenTarget(farm, target) ? { rebuild: 'all' as const } : {}),
      ...(request.broken ? { broken: request.broken } : {}),
      ...(request.rebuild ? { rebuild: request.only ? new Set(request.only) : ('all' as const) } : {}),
    },
    target,
    arch,
    satisfies: kind.satisfies,
    compareVersions: kind.compareVersions,
    durations: farm.database.durations.medians(target, arch),
    problems,
  });
  return {
    plan,
    recipes: new Map(recipes.map((recipe) => [recipe.name, recipe])),
    broken,
    problems: plan.problems,
  };
}

interface Loaded {
  readonly recipes: readonly Recipe[];
  readonly broken: readonly BrokenRecipe[];
  readonly problems: readonly Problem[];
}

async function loadFor(farm: Farm, target: string, request: PlanRequest): Promise<Loaded> {
  if (!isTreeTarget(farm, target)) return await loadRecipes(farm, request);
  if (isStageTarget(farm, target)) return await loadStages(farm, target, request);
  if (isPythonTarget(farm, target)) return await loadDistributions(farm, target, request);
  if (!isEbinTarget(farm, target)) return loadAutogens(request);
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
async function loadStages(farm: Farm, target: string, request: PlanRequest): Promise<Loaded> {
  const [source = ''] = sourcesFor(farm.config, target);
  const [path = '.'] = request.paths;
  const { recipes, problems } = await stageRecipes(farm, source, { top: machine.absolute(path) });
  const told = problems.map(({ problem }) => problem);
  return onlyWanted({ recipes, broken: [], problems: told }, request, 'stage');
}

/** Python distributions of a folder, by the settings of the target's source. Throws CLI006, and what `PythonPlanning.open` throws. */
async function loadDistributions(farm: Farm, target: string, request: PlanRequest): Promise<Loaded> {
  const [source = ''] = sourcesFor(farm.config, target);
  const [path = '.'] = request.paths;
  const planning = await PythonPlanning.open(farm, source, machine.absolute(path));
  const recipes = await planning.recipes();
  return onlyWanted({ recipes, broken: [], problems: planning.problems }, request, 'distribution');
}

/** Throws PLN001 for a path in no overlay, CLI006 for a wanted autogen that is not there. */
function loadAutogens(request: PlanRequest): Loaded {
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

/** What the farm has of its target: successes from the record, versions from what is visible. */
export function readInventory(farm: Farm, { target, arch }: TargetRef): Inventory {
  return {
    recipes: farm.database.inventory.recipes(target, arch),
    published: isTreeTarget(farm, target)
      ? farm.trees.versions(target)
      : farm.repositories.versions(target, arch),
  };
}

/** A plan as text for people, JSON for programs, or dot for graphviz; `explain` narrows it to one job. */
export function renderPlan(
  { plan }: PlannedRecipes,
  format: 'text' | 'json' | 'dot',
  explain: string | undefined,
): string {
  if (explain !== undefined) {
    const lines = explainJob(plan, explain);
    if (!lines) throw fault('CLI002', { what: `the plan has no job '${explain}'` });
    return format === 'json' ? `${JSON.stringify(lines, undefined, 2)}\n` : `${lines.join('\n')}\n`;
  }
  const text =
    format === 'json'
      ? planJson(plan)
      : format === 'dot'
        ? renderPlanDot(plan)
        : renderPlanText(plan, { all: true });
  return text.endsWith('\n') ? text : `${text}\n`;
}
