export type { BuildEvent, BuildObserver, ForeseenJob } from './build-event.ts';
export type { BuildReport, JobReport } from './build-report.ts';
export { type BuilderProcessOptions, runBuilderProcess } from './builder-process.ts';
export { diagnose, renderDoctorReport } from './doctor/index.ts';
export { type DumpSubject, dumpFarm, dumpSubjects } from './dump-farm.ts';
export { type Farm, openFarm } from './farm.ts';
export { connectToManager, type FarmClient, managerUrl } from './farm-client.ts';
export { farmStatus } from './farm-status.ts';
export { initFarm } from './init-farm.ts';
export { isFarm } from './is-farm.ts';
export { followJobLog, whyJob } from './job-history.ts';
export { type BuildRequest, buildRecipes } from './main-path.ts';
export {
  type CleanUp,
  type CleanUpLimits,
  type CleanUpReport,
  removeObsolete,
} from './obsolete-packages.ts';
export { planRecipes, renderPlan, targetRef } from './plan-recipes.ts';
export { readBuilderSettings } from './read-builder-settings.ts';
export { type RegenLogEntry, readRegenLog, regenLogs } from './regen-log.ts';
export { followRemoteLog } from './remote-log.ts';
export {
  listGenerations,
  listRepositories,
  removePackages,
  rollbackRepository,
  showRepository,
  verifyRepository,
} from './repositories.ts';
export type { FarmService, LogRevision, Measurement, TokenRole } from './service/farm-service.ts';
export { type LogBytes, type LogReading, readLogFiles } from './service/log-reading.ts';
export {
  type ObjectIntake,
  type ObjectIntakeOptions,
  openObjectIntake,
  type UploadPiece,
  type UploadVerdict,
} from './service/object-intake.ts';
export { prepareFarm, prepareLook, type StartedFarm } from './start-farm.ts';
export { collectStore, storeUsage, verifyStore } from './store-care.ts';
