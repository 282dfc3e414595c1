export { buildKey } from './build-key.ts';
export type { StageOutcome } from './build-target.ts';
export { hashText, statedDigest } from './checksum-file.ts';
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
export {
  type ControlReader,
  checkedValue,
  compareVersions,
  controlNames,
  failureCount,
  isControlValue,
  versionTime,
} from './control.ts';
export { Elements } from './elements.ts';
export { machineOf } from './foreign.ts';
export type { StageEvent, StageHands } from './hands.ts';
export { lockHolder } from './lock.ts';
export { type SubarchStatus, statusOf, type TargetView, viewTargets } from './look.ts';
export { type MadeTarget, makeTarget } from './make-target.ts';
export type { StagePublication, StagePublisher } from './publish.ts';
export { stageObjects } from './records.ts';
export {
  planOf,
  plansFor,
  type RunEnd,
  type RunRequest,
  runTargets,
  snapshotFor,
  type TargetEnd,
  targetsOf,
} from './run-targets.ts';
export { emulatorHere, runnableMachines } from './runnable.ts';
export { buildSnapshot, planSnapshot, type SnapshotPlan } from './snapshot.ts';
export { subarchFolder } from './sources.ts';
export { StageState } from './state.ts';
export { type Tidied, tidyState } from './tidy.ts';
export { type Verification, verifyTarget } from './verify.ts';
