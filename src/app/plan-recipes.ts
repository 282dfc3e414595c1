import { fault, type Problem } from '../diagnostics/index.ts';
import type { Plan, Recipe } from '../model/index.ts';
import {
  explainJob,
  type Inventory,
  makePlan,
  planJson,
  renderPlanDot,
  renderPlanText,
} from '../planner/index.ts';
import type { TargetRef } from './artifacts-at-hand.ts';
import { isEbinTarget } from './ebin-targets/is-ebin-target.ts';
import type { Farm } from './farm.ts';
import { targetNames } from './farm-names.ts';
import { type BrokenRecipe, loadRecipes } from './load-recipes.ts';
import type { Loaded, PlanRequest } from './plan-request.ts';
import { isPythonTarget } from './python-targets/is-python-target.ts';
import { kindOf } from './recipe-kinds.ts';
import { noSuchTarget } from './service/known-names.ts';
import { isStageTarget } from './stage-targets/is-stage-target.ts';
import { isAutogenTarget, isTreeTarget } from './target-kinds.ts';

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
  const kind = await kindOf(farm, target);
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

async function loadFor(farm: Farm, target: string, request: PlanRequest): Promise<Loaded> {
  if (!isTreeTarget(farm, target)) return await loadRecipes(farm, request);
  const kinds = await import('./load-trees.ts');
  if (isStageTarget(farm, target)) return await kinds.loadStages(farm, target, request);
  if (isPythonTarget(farm, target)) return await kinds.loadDistributions(farm, target, request);
  if (isEbinTarget(farm, target)) return await kinds.loadEbins(farm, target, request);
  return kinds.loadAutogens(request);
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
