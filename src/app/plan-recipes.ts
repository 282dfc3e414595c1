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
import type { PkgbuildDetails } from '../recipes/pkgbuild/index.ts';
import type { TargetRef } from './artifacts-at-hand.ts';
import type { Farm } from './farm.ts';
import { type BrokenRecipe, type LoadRequest, loadRecipes } from './load-recipes.ts';
import { pkgbuildKind } from './recipe-kinds.ts';

export interface PlanRequest extends LoadRequest {
  /** Build even what is up to date. */
  readonly rebuild: boolean;
  /** Default: the farm's own repository and architecture. */
  readonly target?: TargetRef | undefined;
}

/** A plan that was made and not admitted, with the recipes it was made of. */
export interface PlannedRecipes {
  readonly plan: Plan;
  readonly recipes: ReadonlyMap<string, Recipe<PkgbuildDetails>>;
  readonly broken: readonly BrokenRecipe[];
  /** Everything to tell: broken recipes, ambiguous providers, cycles. */
  readonly problems: readonly Problem[];
}

/** Reads recipes and derives what would be built, in which order, and why. Changes nothing. */
export async function planRecipes(farm: Farm, request: PlanRequest): Promise<PlannedRecipes> {
  const { recipes, broken, problems } = await loadRecipes(farm, request);
  const { target, arch } = request.target ?? { target: farm.config.repository, arch: farm.config.arch };
  const { dependencies } = farm.config;
  const kind = pkgbuildKind(farm);
  const plan = makePlan({
    recipes,
    inventory: readInventory(farm, { target, arch }),
    policy: {
      officialNames: new Set(dependencies.official),
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

/** What the farm has of its target: successes from the record, versions from what is visible. */
export function readInventory(farm: Farm, { target, arch }: TargetRef): Inventory {
  return {
    recipes: farm.database.inventory.recipes(target, arch),
    published: farm.repositories.versions(target, arch),
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
