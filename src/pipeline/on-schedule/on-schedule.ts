import { deliverWaiting } from '../deliver.ts';
import { type HandOverPort, packagesOf } from '../hand-over.ts';
import type { AfterScheduled } from '../on-commit.ts';
import { type Beginning, begin } from './begin.ts';
import { carryOut, type Outcome } from './carry-out.ts';
import type { ScheduleContext } from './context.ts';
import { decideAll } from './decide-all.ts';
import { examineAll } from './examine-all.ts';
import { gatherNews } from './gather-news.ts';
import { isPaused } from './next-check.ts';
import { packageReport, pausedReport, type ScheduleReport } from './report.ts';

export interface OnScheduleOptions {
  /** The way to the manager; undefined: documents are only left in the outbox (`--hand-over`). */
  readonly port: HandOverPort | undefined;
  /** Called with what is to be built, after everything is pushed. */
  readonly afterScheduled?: AfterScheduled | undefined;
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

/** Delivers the document of the run; it is on branch `state` whatever happens to us now. */
async function handOver(
  context: ScheduleContext,
  { port, afterScheduled }: OnScheduleOptions,
  { start, outcome: { published } }: { readonly start: Beginning; readonly outcome: Outcome },
): Promise<End> {
  const { outOfReach } = start;
  const document = published?.handOver;
  if (!published || !document) {
    const isWaiting = published !== undefined && start.waiting.length > 0;
    return { scheduled: [], outcome: isWaiting ? 'waiting' : 'nothing', outOfReach };
  }
  const scheduled = packagesOf(document);
  if (scheduled.length > 0) {
    const names = scheduled.map(({ name }) => name);
    await afterScheduled?.(names, published.commit);
  }
  // who did not answer a moment ago is not waited for twice
  if (!port || outOfReach) return { scheduled, outcome: 'waiting', outOfReach };
  const delivered = await deliverWaiting(context, port, published.refs);
  const isDelivered = !delivered.waiting.some(({ id }) => id === document.id);
  return {
    scheduled,
    outcome: isDelivered ? 'scheduled' : 'waiting',
    outOfReach: delivered.outOfReach,
  };
}
