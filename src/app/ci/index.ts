// The door of pipelines: what a command needs is loaded when it runs, because the start of each run counts.
import type {
  AddReport,
  AurPushReport,
  BumpReport,
  ByHandReport,
  DeliveryReport,
  DropReport,
  ImportReport,
  OnCommitReport,
  TemplateReport,
} from '../../pipeline/index.ts';
import type { ChangeOptions } from './by-hand.ts';
import type { CheckOptions, CheckReport } from './check-recipes.ts';
import type { ImportOptions, ImportResult } from './import-chaotic.ts';
import type { DependencyReport, LookOptions } from './look-at-recipes.ts';
import type { HandingOptions } from './on-commit.ts';
import type { ScheduleOptions, ScheduleRun } from './on-schedule.ts';
import type { PipelineOptions } from './open-pipeline.ts';
import type { PipelineStatus } from './pipeline-status.ts';
import type { RenderedReview } from './render-review.ts';
import type { ReviewSubject } from './review-diff.ts';
import type { CheckedMessage } from './upkeep.ts';

export type { ChangeOptions } from './by-hand.ts';
export type { CheckReport } from './check-recipes.ts';
export type { DependencyReport } from './look-at-recipes.ts';
export type { HandingOptions } from './on-commit.ts';
export type { ScheduleOptions, ScheduleRun } from './on-schedule.ts';
export type { PipelineOptions } from './open-pipeline.ts';
export type { PipelineStatus } from './pipeline-status.ts';
export type { RenderedReview } from './render-review.ts';

/** `packmill ci on-commit`: see `onCommit` of room pipeline. */
export async function ciOnCommit(options: HandingOptions): Promise<OnCommitReport> {
  return await (await import('./on-commit.ts')).runOnCommit(options);
}

/** `packmill ci deliver`: see `deliverWaiting` of room pipeline; `discard` gives up hand-overs by id instead. */
export async function ciDeliver(
  options: Omit<HandingOptions, 'handOver'> & { readonly discard: readonly string[] },
): Promise<DeliveryReport> {
  return await (await import('./on-commit.ts')).runDeliver(options);
}

/** `packmill ci schedule`: see `scheduleByHand` of room pipeline. */
export async function ciSchedule(options: HandingOptions, names: string): Promise<ByHandReport> {
  return await (await import('./requests.ts')).runSchedule(options, names);
}

/** `packmill ci on-schedule`: see `runOnSchedule`. */
export async function ciOnSchedule(options: ScheduleOptions): Promise<ScheduleRun> {
  return await (await import('./on-schedule.ts')).runOnSchedule(options);
}

/** `packmill ci on-schedule --trigger NAME`: see `triggerRun` of room pipeline. */
export async function ciTrigger(options: HandingOptions, trigger: string): Promise<ByHandReport> {
  return await (await import('./requests.ts')).runTrigger(options, trigger);
}

/** `packmill ci bump`: see `bumpPackages` of room pipeline. */
export async function ciBump(options: ChangeOptions, names: string): Promise<BumpReport> {
  return await (await import('./by-hand.ts')).runBump(options, names);
}

/** `packmill ci drop`: see `dropPackages` of room pipeline. */
export async function ciDrop(options: ChangeOptions, names: string): Promise<DropReport> {
  return await (await import('./by-hand.ts')).runDrop(options, names);
}

/** `packmill ci add`: see `addPackages` of room pipeline. `words` are `foo/aur` and the like; throws CIC025. */
export async function ciAdd(
  options: ChangeOptions & { readonly origin: string | undefined; readonly reason: string },
  words: readonly string[],
): Promise<AddReport> {
  const [{ runAdd }, { readAdditions }] = await Promise.all([
    import('./by-hand.ts'),
    import('../../pipeline/index.ts'),
  ]);
  return await runAdd(options, readAdditions(words));
}

/** `packmill ci check`: whether all packages of a checkout are in order. */
export async function ciCheck(options: CheckOptions): Promise<CheckReport> {
  return await (await import('./check-recipes.ts')).checkRecipes(options);
}

/** `packmill ci deptree`: who waits for whom; by the reference's rule when `legacy`. */
export async function ciDependencies(
  options: LookOptions & { readonly legacy: boolean },
): Promise<DependencyReport> {
  const { dependencyReport, legacyReport } = await import('./look-at-recipes.ts');
  return options.legacy ? legacyReport(options.repository) : await dependencyReport(options);
}

/** `packmill ci deptree --text`: the text form of specification 12.1. */
export async function ciDependencyText(repository: string, legacy: boolean): Promise<string> {
  return (await import('./look-at-recipes.ts')).dependencyText(repository, legacy);
}

/** `packmill ci status`: see `readPipelineStatus`. */
export async function ciStatus(options: PipelineOptions): Promise<PipelineStatus> {
  return await (await import('./pipeline-status.ts')).readPipelineStatus(options);
}

/** `packmill ci review`: see `reviewDiff`. */
export async function ciReviewDiff(subject: ReviewSubject, colour: boolean): Promise<RenderedReview> {
  return await (await import('./render-review.ts')).renderReview(subject, colour);
}

/** `packmill ci manage-aur`: see `pushToAur` of room pipeline; nothing named means all. */
export async function ciManageAur(options: PipelineOptions, names: string): Promise<AurPushReport> {
  return await (await import('./upkeep.ts')).runManageAur(options, names);
}

/** `packmill ci update-template`: see `updateTemplate` of room pipeline. */
export async function ciUpdateTemplate(options: PipelineOptions): Promise<TemplateReport> {
  return await (await import('./upkeep.ts')).runUpdateTemplate(options);
}

/** `packmill ci commits`: whether the messages of a range, or of a file, follow Conventional Commits. */
export async function ciCommits(
  options: PipelineOptions,
  subject: { readonly range: string } | { readonly file: string },
): Promise<readonly CheckedMessage[]> {
  const { checkMessageFile, runCheckCommits } = await import('./upkeep.ts');
  return 'file' in subject ? [checkMessageFile(subject.file)] : await runCheckCommits(options, subject.range);
}

/** `packmill import chaotic`: what would be different, and on wish the safe migrations. */
export async function importChaotic(options: ImportOptions): Promise<ImportResult> {
  return await (await import('./import-chaotic.ts')).runImport(options);
}

/** The report of an import for people. */
export async function renderImport(
  report: ImportReport,
  form: 'text' | 'markdown',
  options: { readonly all: boolean },
): Promise<string> {
  const { renderImportMarkdown, renderImportText } = await import('../../pipeline/index.ts');
  return form === 'markdown' ? renderImportMarkdown(report, options) : renderImportText(report, options);
}
