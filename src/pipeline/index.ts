export { type Addition, type AddOptions, type AddReport, addPackages, readAdditions } from './add.ts';
export { type BumpReport, bumpPackages } from './bump.ts';
export { type ByHandReport, scheduleByHand, triggerRun } from './by-hand.ts';
export { type CiFacts, ciFacts } from './ci-facts.ts';
export {
  type DeliveryReport,
  deliverWaiting,
  discardWaiting,
  isForward,
  waitingDocuments,
} from './deliver.ts';
export { deliverFirst, deliverOrKeep, keepInOutbox } from './deliver-now.ts';
export { type DropReport, dropPackages } from './drop.ts';
export {
  type Delivery,
  type HandOverParts,
  type HandOverPort,
  isOutOfReach,
  makeHandOver,
  outboxBytes,
  outboxFolder,
  outboxPath,
  packagesOf,
  readOutbox,
} from './hand-over.ts';
export { type OnCommitOptions, type OnCommitReport, onCommit } from './on-commit.ts';
export type { ScheduleContext } from './on-schedule/context.ts';
export {
  type OnScheduleOptions,
  onSchedule,
  type PackageReport,
  type ScheduleReport,
} from './on-schedule/on-schedule.ts';
export { checksPath, packageChecksBytes, readPackageChecks } from './package-checks.ts';
export type { PipelineContext } from './pipeline-context.ts';
export {
  packageSettingsFile,
  type RecipeRepository,
  readRecipeRepository,
  readSettingsOf,
  repositorySettingsFile,
} from './recipe-repository.ts';
export type { RecipeTools } from './recipe-tools.ts';
export { packagesAskedFor, preparePackages } from './request-packages.ts';
export {
  fetchRemoteRefs,
  type RemoteRefs,
  stateCommit,
  stateMove,
  stateRef,
  tagMove,
} from './state-branch.ts';
