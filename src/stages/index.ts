export { buildTarget, type StageOutcome } from './build-target.ts';
export type {
  BuildIdentity,
  ControlUpdate,
  ScriptLine,
  SourceChoice,
  StageInputs,
  StageLimits,
  StagePlan,
  StageRecord,
  StageStep,
  StepScript,
} from './contract.ts';
export { type ControlReader, compareVersions, isControlValue, versionTime } from './control.ts';
export { Elements } from './elements.ts';
export type { StageEvent, StageHands } from './hands.ts';
export { DigestMemory } from './inputs.ts';
export { planTarget, type PlanRequest } from './plan-target.ts';
export { PlainPublisher, type StagePublication, type StagePublisher } from './publish.ts';
export { type ResolvedTarget, resolveTarget } from './resolve.ts';
export { StageState } from './state.ts';
export { targetList } from './target-list.ts';
