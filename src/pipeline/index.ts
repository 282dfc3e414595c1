export { type Addition, type AddOptions, type AddReport, addPackages, readAdditions } from './add.ts';
export { awaitedUploads, type UploadToAur } from './awaited-uploads.ts';
export { type BumpReport, bumpPackages } from './bump.ts';
export { type ByHandReport, scheduleByHand, triggerRun } from './by-hand.ts';
export { type CiFacts, ciFacts } from './ci-facts.ts';
export { ClonePace } from './clone-pace.ts';
export {
  type DeliveryReport,
  deliverWaiting,
  discardWaiting,
  waitingDocuments,
} from './deliver.ts';
export { type DropReport, dropPackages } from './drop.ts';
export {
  type Delivery,
  type HandOverParts,
  type HandOverPort,
  packagesOf,
  readOutbox,
} from './hand-over.ts';
export { type OnCommitOptions, type OnCommitReport, onCommit } from './on-commit.ts';
export type { ScheduleContext } from './on-schedule/context.ts';
export { type OnScheduleOptions, onSchedule } from './on-schedule/on-schedule.ts';
export type { PackageReport, ScheduleReport } from './on-schedule/report.ts';
export { checksPath, readPackageChecks } from './package-checks.ts';
export type { PipelineContext } from './pipeline-context.ts';
export {
  packageSettingsFile,
  type RecipeRepository,
  readRecipeRepository,
  readSettingsOf,
  repositorySettingsFile,
} from './recipe-repository.ts';
export type { RecipeTools } from './recipe-tools.ts';
export {
  fetchRemoteRefs,
  type RemoteRefs,
} from './state-branch.ts';
export { commitMessageTrouble, messageOfFile } from './upkeep/commit-message.ts';
export { type ImportReport, importReport } from './upkeep/import/import-report.ts';
export { type Migration, type Template, writeMigration } from './upkeep/import/migrate.ts';
export { readImportedRepository } from './upkeep/import/read-imported.ts';
export { renderImportMarkdown, renderImportText } from './upkeep/import/render-import.ts';
export { type AurPushOptions, type AurPushReport, pushToAur } from './upkeep/push-to-aur.ts';
export { type TemplateReport, updateTemplate } from './upkeep/template/update-template.ts';
