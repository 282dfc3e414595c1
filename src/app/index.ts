// The door of the farm. What a command needs is loaded when it is called, because the start of each command counts; what a
// function does is said where it is defined.

export type { PreviewSubject, RebuildPreview } from './abi/preview.ts';
export type { RebuildDecision } from './abi/rebuild-desk.ts';
export type { ShownRebuild } from './abi/rebuilds.ts';
export type { BuildEvent, BuildObserver, ForeseenJob } from './build-event.ts';
export type { BuildReport, JobReport } from './build-report.ts';
export type { BuilderProcessOptions } from './builder-process.ts';
export { type DumpSubject, dumpSubjects } from './dump-subjects.ts';
export type { Farm } from './farm.ts';
export { managerUrl } from './farm-client.ts';
export type { FarmStatus } from './farm-status.ts';
export { isFarm } from './is-farm.ts';
export type { BuildRequest } from './main-path.ts';
export type { CleanUp, CleanUpLimits, CleanUpReport } from './obsolete-packages.ts';
export type { PackageFilter, PackageLook, RecipeName } from './packages/package-look.ts';
export { shownManifest } from './python-targets/shown-manifest.ts';
export type { Bearer, FarmService, Measurement, TokenRole } from './service/farm-service.ts';
export { type LogBytes, type LogReading, readLogFiles } from './service/log-reading.ts';
export type { LogRevision } from './service/log-revision.ts';
export {
  type ObjectIntake,
  type ObjectIntakeOptions,
  openObjectIntake,
  type UploadPiece,
  type UploadVerdict,
} from './service/object-intake.ts';
export type { StartedFarm } from './start-farm.ts';

/** A function whose module is loaded by its first call. */
const later =
  <Args extends readonly unknown[], Result>(load: () => Promise<(...args: Args) => Result>) =>
  async (...args: Args): Promise<Awaited<Result>> =>
    await (await load())(...args);

export const openFarm = later(async () => (await import('./farm.ts')).openFarm);
export const initFarm = later(async () => (await import('./init-farm.ts')).initFarm);
export const readAudit = later(async () => (await import('./service/audit-log.ts')).readAudit);
export const farmStatus = later(async () => (await import('./farm-status.ts')).farmStatus);
export const stageViews = later(async () => (await import('./stage-targets/views.ts')).stageViews);
export const dumpFarm = later(async () => (await import('./dump-farm.ts')).dumpFarm);

export const planRecipes = later(async () => (await import('./plan-recipes.ts')).planRecipes);
export const renderPlan = later(async () => (await import('./plan-recipes.ts')).renderPlan);
export const targetRef = later(async () => (await import('./plan-recipes.ts')).targetRef);
export const buildRecipes = later(async () => (await import('./main-path.ts')).buildRecipes);

export const followJobLog = later(async () => (await import('./job-history.ts')).followJobLog);
export const askLogs = later(async () => (await import('./log-workbench/ask-logs.ts')).askLogs);
export const lookAhead = later(async () => (await import('./foresight/look-ahead.ts')).lookAhead);
export const regenLogs = later(async () => (await import('./regen-log.ts')).regenLogs);
export const readRegenLog = later(async () => (await import('./regen-log.ts')).readRegenLog);
export const followRemoteLog = later(async () => (await import('./remote-log.ts')).followRemoteLog);

export const listGenerations = later(async () => (await import('./repositories.ts')).listGenerations);
export const listRepositories = later(async () => (await import('./repositories.ts')).listRepositories);
export const removePackages = later(async () => (await import('./repositories.ts')).removePackages);
export const rollbackRepository = later(async () => (await import('./repositories.ts')).rollbackRepository);
export const showRepository = later(async () => (await import('./repositories.ts')).showRepository);
export const verifyRepository = later(async () => (await import('./repositories.ts')).verifyRepository);
export const removeObsolete = later(async () => (await import('./obsolete-packages.ts')).removeObsolete);

export const pacmanTarget = later(async () => (await import('./abi/target.ts')).pacmanTarget);
export const scanTarget = later(async () => (await import('./abi/scan.ts')).scanTarget);
export const showAbi = later(async () => (await import('./abi/looks.ts')).showAbi);
export const buildRebuild = later(async () => (await import('./abi/local-rebuild.ts')).buildRebuild);
export const settleRebuild = later(async () => (await import('./abi/local-rebuild.ts')).settleRebuild);
export const listRebuilds = later(async () => (await import('./abi/rebuilds.ts')).listRebuilds);
export const previewRebuild = later(async () => (await import('./abi/preview.ts')).previewRebuild);
const loadProvenance = () => import('./provenance/show-provenance.ts');
export const showProvenance = later(async () => (await loadProvenance()).showProvenance);
export const printProvenance = later(async () => (await loadProvenance()).printProvenance);
export const printBill = later(async () => (await loadProvenance()).printBill);
export const verifyProvenance = later(async () => (await loadProvenance()).verifyProvenance);
export const verifyBuild = later(async () => (await import('./provenance/verify-build.ts')).verifyBuild);

export const collectStore = later(async () => (await import('./store-care.ts')).collectStore);
export const storeUsage = later(async () => (await import('./store-care.ts')).storeUsage);
export const verifyStore = later(async () => (await import('./store-care.ts')).verifyStore);

export const prepareFarm = later(async () => (await import('./start-farm.ts')).prepareFarm);
export const prepareLook = later(async () => (await import('./start-farm.ts')).prepareLook);
export const readBuilderSettings = later(
  async () => (await import('./read-builder-settings.ts')).readBuilderSettings,
);
export const runBuilderProcess = later(async () => (await import('./builder-process.ts')).runBuilderProcess);

export const diagnose = later(async () => (await import('./doctor/index.ts')).diagnose);
export const renderDoctorReport = later(async () => (await import('./doctor/index.ts')).renderDoctorReport);
