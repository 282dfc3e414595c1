export { type CiFacts, ciFacts } from './ci-facts.ts';
export { type DeliveryReport, deliverWaiting, isForward, waitingDocuments } from './deliver.ts';
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
export { keepInOutbox, type OnCommitOptions, type OnCommitReport, onCommit } from './on-commit.ts';
export { checksPath, packageChecksBytes, readPackageChecks } from './package-checks.ts';
export type { PipelineContext } from './pipeline-context.ts';
export {
  packageSettingsFile,
  type RecipeRepository,
  readRecipeRepository,
  readSettingsOf,
  repositorySettingsFile,
} from './recipe-repository.ts';
export { packagesAskedFor, preparePackages } from './request-packages.ts';
export {
  fetchRemoteRefs,
  type RemoteRefs,
  stateCommit,
  stateMove,
  stateRef,
  tagMove,
} from './state-branch.ts';
export { type AurPushOptions, type AurPushReport, pushToAur } from './upkeep/push-to-aur.ts';
export { type TemplateReport, updateTemplate } from './upkeep/template/update-template.ts';
