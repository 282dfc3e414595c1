import type { Problem } from '../diagnostics/index.ts';
import type { JobReason, Recipe } from '../model/index.ts';
import type { TargetRef } from './artifacts-at-hand.ts';
import type { BrokenRecipe, LoadRequest } from './load-recipes.ts';

export interface PlanRequest extends LoadRequest {
  /** Build even what is up to date. */
  readonly rebuild: boolean;
  /** Recipes whose published packages do not work any more, and why. */
  readonly broken?: ReadonlyMap<string, readonly JobReason[]> | undefined;
  /** Default: the farm's own repository and architecture. */
  readonly target?: TargetRef | undefined;
}

/** What was read of recipes. */
export interface Loaded {
  readonly recipes: readonly Recipe[];
  readonly broken: readonly BrokenRecipe[];
  readonly problems: readonly Problem[];
}
