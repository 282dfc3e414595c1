import { finishUploads, type UploadToAur } from '../awaited-uploads.ts';
import { deliverWaiting } from '../deliver.ts';
import { type HandOverPort, packagesOf } from '../hand-over.ts';
import type { RemoteRefs } from '../state-branch.ts';
import { type Beginning, begin } from './begin.ts';
import { carryOut, type Outcome } from './carry-out.ts';
import type { ScheduleContext } from './context.ts';
import { decideAll } from './decide-all.ts';
import { examineAll } from './examine-all.ts';
import { gatherNews } from './gather-news.ts';
import { isPaused } from './next-check.ts';
import type { Published } from './publish.ts';
import { packageReport, pausedReport, type ScheduleReport } from './report.ts';

export interface OnScheduleOptions {
  /** The way to the manager; undefined: documents are only left in the outbox (`--hand-over`). */
  readonly port: HandOverPort | undefined;
  /** Uploads packages to the AUR where the repository manages it, after everything is pushed (specification 7.15). */
  readonly uploadToAur?: UploadToAur | undefined;
}

/**
 * The regular run (specification 7): looks at all packages, commits what may be committed, proposes the rest for review,
 * publishes all of it in one push, and hands over what is to be built. Throws CIS001 (guard) and what keeps the whole
 * run from being published (GIT problems); trouble of one package is in its report and stops nothing else.
 */
export async function onSchedule(
  context: ScheduleContext,
  options: OnScheduleOptions,
): Promise<ScheduleReport> {
  const start = await begin(context, options.port);
  const nowMs = context.clock.nowMs();
  const isLeftAlone = (name: string): boolean =>
    !context.only && isPaused(start.contents.checks.get(name), nowMs);
  const active = start.packages.filter(({ name }) => !isLeftAlone(name));
  const leftAlone = start.packages.filter(({ name }) => isLeftAlone(name));
  const news = await gatherNews(context, active, start.contents);
  const examinations = await examineAll(context, start, { packages: active, leftAlone, news });
  const decisions = await decideAll(context, start, { examinations, news });
  const outcome = await carryOut(context, start, { news, examinations, decisions, nowMs });
  const end = await handOver(context, options, { start, outcome });
  const reports = examinations.map((one) => packageReport(one, decisions.get(one.name), outcome));
  const left = leftAlone
    .filter(({ name }) => !decisions.has(name))
    .map(({ name }) => pausedReport(name, start.contents.checks.get(name)));
  const closed = outcome.obsolete;
  const open = new Set([...start.branches.commits.keys(), ...outcome.reviews.keys()]);
  for (const name of closed) open.delete(name);
  return {
    packages: [...reports, ...left].sort((a, b) => (a.name < b.name ? -1 : 1)),
    problems: [...start.problems, ...news.problems, ...outcome.problems],
    published: outcome.published,
    ...end,
    checked: active.length,
    reviews: { open: open.size, closed },
  };
}

type End = Pick<ScheduleReport, 'scheduled' | 'outcome' | 'outOfReach'>;

/** Delivers the document of the run, then uploads; both are on branch `state` whatever happens to us now. */
async function handOver(
  context: ScheduleContext,
  { port, uploadToAur: upload }: OnScheduleOptions,
  { start, outcome: { published, uploads } }: { readonly start: Beginning; readonly outcome: Outcome },
): Promise<End> {
  if (!published) return { scheduled: [], outcome: 'nothing', outOfReach: start.outOfReach };
  const { refs, end } = await deliver(context, port, { start, published });
  await finishUploads(context, refs, { names: uploads, commit: published.commit, upload });
  return end;
}

async function deliver(
  context: ScheduleContext,
  port: HandOverPort | undefined,
  { start, published }: { readonly start: Beginning; readonly published: Published },
): Promise<{ readonly refs: RemoteRefs; readonly end: End }> {
  const { outOfReach } = start;
  const { handOver: document, refs } = published;
  if (!document) {
    const outcome = start.waiting.length > 0 ? 'waiting' : 'nothing';
    return { refs, end: { scheduled: [], outcome, outOfReach } };
  }
  const scheduled = packagesOf(document);
  // who did not answer a moment ago is not waited for twice
  if (!port || outOfReach) return { refs, end: { scheduled, outcome: 'waiting', outOfReach } };
  const delivered = await deliverWaiting(context, port, refs);
  const isWaiting = delivered.waiting.some(({ id }) => id === document.id);
  return {
    refs: delivered.refs,
    end: { scheduled, outcome: isWaiting ? 'waiting' : 'scheduled', outOfReach: delivered.outOfReach },
  };
}
