export type { Artifact } from './artifact.ts';
export type {
  BuildCircumstances,
  BuildMachine,
  BuildNotes,
  BuildRecord,
  DescribedSubject,
  Json,
  Material,
  MaterialRole,
} from './build-record.ts';
export type { FarmChange, FarmEvent } from './farm-event.ts';
export type { FinalStateName, JobState, JobStateName, Outcome } from './job.ts';
export { finalStates, jobStates } from './job.ts';
export { isFinal, isGood, type JobMove, nextState } from './job-moves.ts';
export { failed, judgeEnd } from './judge-end.ts';
export type { JobAction, JobEdge, JobReason, Plan, PlannedJob, PlanOrigin } from './plan.ts';
export type { Need, Offer, Recipe, RecipeKindName, VersionOperator } from './recipe.ts';
export type {
  AvailableArtifact,
  JobContext,
  JobRun,
  KindServices,
  LoadedRecipe,
  PublishedFile,
  RecipeKind,
  StagedJob,
  Verdict,
} from './recipe-kind.ts';
export type { NetworkUse, Step, StepEnd, StepMount } from './step.ts';
