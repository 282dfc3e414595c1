export {
  type AbiBreak,
  type AbiWorld,
  type BreakCause,
  type BrokenPackage,
  findBroken,
  type Library,
  type LibraryChange,
  type LibrarySide,
  type LibraryUse,
  orderUnits,
  type RebuildUnit,
} from './abi-break.ts';
export { checkPlan } from './check-plan.ts';
export { diffPlans, type JobChange, type PlanDiff, renderPlanDiff } from './diff-plans.ts';
export { explainJob, renderReason, whyPath } from './explain.ts';
export {
  emptyInventory,
  type Inventory,
  type LastSuccess,
  type PlanPolicy,
  type RecipeRecord,
} from './inventory.ts';
export { makePlan, type PlanRequest } from './make-plan.ts';
export { narrowPlan } from './narrow-plan.ts';
export type { Satisfies } from './providers.ts';
export { planJson, renderPlanDot, renderPlanText } from './render-plan.ts';
