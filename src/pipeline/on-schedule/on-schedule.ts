import type { HandOver, PackageCheck } from '../../api/index.ts';
import { type Problem, problem } from '../../diagnostics/index.ts';
import { type RequestedPackage, readMaintainers } from '../../formats/pkgbuild-repo/index.ts';
import type { CommitFacts } from '../../git/index.ts';
import { ensureFolder, systemRandom } from '../../host/index.ts';
import { classifyChange } from '../../review/index.ts';
import { deliverWaiting, waitingDocuments } from '../deliver.ts';
import { type HandOverPort, makeHandOver, packagesOf } from '../hand-over.ts';
import { preparePackages } from '../request-packages.ts';
import { fetchRemoteRefs, type RemoteRefs } from '../state-branch.ts';
import { emptyStateContents, readStateContents, type StateContents } from '../state-contents.ts';
import type { ScheduleContext, ScheduledPackage } from './context.ts';
import { type Decision, decide } from './decide.ts';
import { type Examination, examine } from './examine.ts';
import { type GatheredNews, gatherNews } from './gather-news.ts';
import { checkGuard } from './guard.ts';
import { nextLibraries, recommendations } from './library-recommendations.ts';
import { isPaused, nextCheck } from './package-checks.ts';
import { checksOf, type Published, publish } from './publish.ts';
import { readPackages, readRecipeTree } from './read-packages.ts';
import { asRecipeFolder } from './recipe-files.ts';
import { openReviews, type PushedReview, pushReviews, ReviewBranches, reviewBranch } from './reviews.ts';
import { untrusted } from './trust.ts';

/** One package of the report. */
export interface PackageReport {
  readonly name: string;
  readonly decision: Decision['kind'] | 'failed' | 'paused';
  readonly because: string;
  readonly problems: readonly Problem[];
  readonly review?: { readonly branch: string; readonly url: string | undefined };
}

export interface ScheduleReport {
  readonly packages: readonly PackageReport[];
  /** Trouble that is no single package's. */
  readonly problems: readonly Problem[];
  /** What was published; undefined for a dry run. */
  readonly published: Published | undefined;
  /** Packages that the manager got, with their classes. */
  readonly scheduled: readonly RequestedPackage[];
  /** `waiting`: the manager has not got the document yet. */
  readonly outcome: 'nothing' | 'scheduled' | 'waiting';
  readonly outOfReach: Problem | undefined;
  readonly checked: number;
}

export interface OnScheduleOptions {
  /** The way to the manager; undefined: documents are only left in the outbox (`--hand-over`). */
  readonly port: HandOverPort | undefined;
  /** Called with what was scheduled, after everything is pushed. */
  readonly afterScheduled?: ((packages: readonly string[]) => Promise<void>) | undefined;
}

interface Beginning {
  readonly head: CommitFacts;
  readonly refs: RemoteRefs;
  readonly waiting: readonly HandOver[];
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly contents: StateContents;
  readonly branches: ReviewBranches;
  readonly packages: readonly ScheduledPackage[];
  readonly problems: readonly Problem[];
}

/**
 * The regular run (specification 7): looks at all packages, commits what may be committed, proposes the rest for review,
 * publishes all of it in one push, and hands over what is to be built. Throws CIS001 (guard) and what keeps the whole
 * run from being published; trouble of one package is in its report and stops nothing else.
 */
export async function onSchedule(
  context: ScheduleContext,
  options: OnScheduleOptions,
): Promise<ScheduleReport> {
  const start = await begin(context, options);
  const nowMs = context.clock.nowMs();
  const paused = (name: string): boolean =>
    !context.only && isPaused(start.contents.checks.get(name), nowMs);
  const active = start.packages.filter(({ name }) => !paused(name));
  const news = await gatherNews(context, active, start.contents);
  const examinations = await examineAll(context, start, { packages: active, news });
  const decisions = await decideAll(context, start, { examinations, news });
  const outcome = await carryOut(context, start, { news, examinations, decisions, nowMs });
  const end = await handOver(context, options, outcome);
  const reports = examinations.map((one) => reportOf(one, decisions, outcome));
  const left = start.packages
    .filter(({ name }) => paused(name))
    .map(({ name }) => pausedReport(name, start.contents.checks.get(name)));
  return {
    packages: [...reports, ...left].sort((a, b) => (a.name < b.name ? -1 : 1)),
    problems: [...start.problems, ...news.problems, ...outcome.problems],
    published: outcome.published,
    ...end,
    checked: examinations.length,
  };
}

/** Delivers the document of the run; it is on branch `state` whatever happens to us now. */
async function handOver(
  context: ScheduleContext,
  { port, afterScheduled }: OnScheduleOptions,
  { published }: Outcome,
): Promise<Pick<ScheduleReport, 'scheduled' | 'outcome' | 'outOfReach'>> {
  const document = published?.handOver;
  if (!published || !document) return { scheduled: [], outcome: 'nothing', outOfReach: undefined };
  const packages = packagesOf(document);
  const delivered = port ? await deliverWaiting(context, port, published.refs) : undefined;
  const isDelivered = delivered !== undefined && !delivered.waiting.some(({ id }) => id === document.id);
  if (isDelivered || !port) await afterScheduled?.(packages.map(({ name }) => name));
  return {
    scheduled: packages,
    outcome: isDelivered ? 'scheduled' : 'waiting',
    outOfReach: delivered?.outOfReach,
  };
}

async function begin(context: ScheduleContext, { port }: OnScheduleOptions): Promise<Beginning> {
  const { copy, repository } = context;
  const found = await fetchRemoteRefs(copy);
  const documents = await waitingDocuments(context, found);
  const { refs, waiting } =
    port && documents.length > 0 && !context.dryRun
      ? await deliverWaiting(context, port, found, documents)
      : { refs: found, waiting: documents };
  const [head] = await copy.commitsBetween(undefined, repository.commit);
  if (!head) throw new Error(`commit ${repository.commit} is gone`);
  if (!context.only)
    await checkGuard(context, { head: head.id, tag: refs.scheduled, pending: waiting.map(({ tag }) => tag) });
  const files = refs.state === undefined ? new Map() : await copy.readFolder(refs.state, '');
  const read = readStateContents(files);
  const problems = [...repository.problems, ...read.problems];
  let contents = read.contents;
  const stranger = await strangeState(context, contents);
  if (stranger) {
    problems.push(stranger);
    contents = { ...emptyStateContents, outbox: contents.outbox, checks: contents.checks };
  }
  const branches = await ReviewBranches.fetch(copy);
  const packages = await readPackages(copy, head.id, context.only);
  problems.push(...packages.problems);
  return { head, refs, waiting, files, contents, branches, packages: packages.packages, problems };
}

/** Whether the state was written for a history that is gone (specification 7.3); undefined: it belongs to this one. */
async function strangeState({ copy }: ScheduleContext, contents: StateContents): Promise<Problem | undefined> {
  const { forCommit } = contents;
  if (forCommit === undefined) {
    const isEmpty = contents.states.size === 0 && contents.rows.size === 0;
    // what the reference wrote has no such file, and is taken over
    return isEmpty || contents.checks.size === 0 ? undefined : stateProblem("it has lost its file '.commit'");
  }
  // a shallow clone must not look like a rewritten history
  await copy.deepenTo(forCommit);
  if (await copy.isOnBranch(forCommit)) return undefined;
  return stateProblem(`its commit ${forCommit.slice(0, 7)} is on no branch`);
}

interface Looking {
  readonly packages: readonly ScheduledPackage[];
  readonly news: GatheredNews;
}

/** Phase A: side by side, and nothing is written but in folders of our own. */
async function examineAll(
  context: ScheduleContext,
  start: Beginning,
  { packages, news }: Looking,
): Promise<readonly Examination[]> {
  const results: Examination[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < packages.length && !context.signal?.aborted) {
      const at = next;
      next += 1;
      const one = packages[at] as ScheduledPackage;
      const scratch = `${context.folder}/packages/${one.name}-${systemRandom.hex(4)}`;
      results[at] = await examine(context, {
        package: one,
        state: start.contents.states.get(one.name),
        upstream: news.upstream,
        libraries: news.libraries,
        before: () => readRecipeTree(context.copy, start.head.id, one.name),
        proposed: () => start.branches.proposedVersion(one.name),
        scratch,
      });
    }
  };
  ensureFolder(`${context.folder}/packages`);
  await Promise.all(Array.from({ length: Math.max(1, context.settings.maxParallel) }, work));
  context.signal?.throwIfAborted();
  return results;
}

/** Phase B: what happens to each, in the order of their names. */
async function decideAll(
  context: ScheduleContext,
  start: Beginning,
  { examinations, news }: { readonly examinations: readonly Examination[]; readonly news: GatheredNews },
): Promise<ReadonlyMap<string, Decision>> {
  const list = '.ci/aur-maintainers';
  const text = (await context.copy.readFiles(start.head.id, [list])).get(list);
  const trusted = readMaintainers(Buffer.from(text ?? []).toString());
  const decisions = new Map<string, Decision>();
  for (const one of examinations) {
    const { after, before } = one;
    const isChange = after !== undefined && before !== undefined;
    const classification =
      isChange && one.changesRecipe && context.settings.humanReview
        ? classifyChange(asRecipeFolder(before), asRecipeFolder(after), {
            allow: one.package.settings.changeAllow,
          })
        : { size: 'minor' as const, reasons: [], problems: [] };
    const isFirstBuild = one.isBaseline && (await context.isPublished?.(one.name)) === false;
    const decision = decide(
      {
        changesFiles: isChange,
        changesRecipe: isChange && one.changesRecipe,
        classification,
        isVersionCheck: one.isVersionCheck,
        hasNewCommits: one.moved.length > 0,
        isFirstBuild,
        onTrigger: one.package.settings.onTrigger,
        untrusted: untrusted(context, one, { trusted, aur: news.upstream.aur }),
      },
      context.settings,
    );
    decisions.set(one.name, decision);
    if (decision.kind !== 'nothing') context.tell(`${one.name}: ${wordsOf(decision)}`);
  }
  return decisions;
}

function wordsOf(decision: Exclude<Decision, { kind: 'nothing' }>): string {
  switch (decision.kind) {
    case 'commit':
      return `updated (${decision.because})${decision.schedules ? '' : ', built by its trigger only'}`;
    case 'review':
      return `needs a review: ${decision.because}`;
    case 'schedule':
      return `to be built: ${decision.because}`;
    case 'wait':
      return `not scheduled: ${decision.because}`;
  }
}

interface Outcome {
  readonly published: Published | undefined;
  readonly reviews: ReadonlyMap<string, PushedReview>;
  readonly urls: ReadonlyMap<string, string>;
  readonly failed: ReadonlyMap<string, Problem>;
  readonly problems: readonly Problem[];
}

interface ToDo {
  readonly news: GatheredNews;
  readonly examinations: readonly Examination[];
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly nowMs: number;
}

async function carryOut(context: ScheduleContext, start: Beginning, todo: ToDo): Promise<Outcome> {
  const { decisions, examinations, news } = todo;
  const of = (...kinds: readonly Decision['kind'][]): readonly Examination[] =>
    examinations.filter(({ name }) => kinds.includes(decisions.get(name)?.kind ?? 'nothing'));
  const recommended = recommendations(news.databases, start.contents.libraries);
  if (context.dryRun)
    return {
      published: undefined,
      reviews: new Map(),
      urls: new Map(),
      failed: new Map(),
      problems: recommended,
    };
  const pending = of('review').map((examination) => {
    const decision = decisions.get(examination.name);
    return { examination, because: decision?.kind === 'review' ? decision.because : '' };
  });
  const { author } = context.settings;
  const base = { commit: start.head.id, branches: start.branches, author };
  const { pushed, failed } = await pushReviews(context, pending, base);
  const committed = of('commit');
  const schedules = (name: string): boolean => {
    const decision = decisions.get(name);
    return decision?.kind === 'schedule' || (decision?.kind === 'commit' && decision.schedules);
  };
  const { packages: toBuild, problems: unfit } = await preparePackages(
    context.copy,
    context.repository,
    examinations.filter(({ name }) => schedules(name)).map(({ name }) => ({ name })),
  );
  const published = await publish(
    context,
    {
      head: start.head,
      committed,
      obsolete: await obsoleteReviews(start, { committed, pushed }),
      contents: nextContents(start, { ...todo, pushed, failed }),
      outbox: start.contents.outbox,
      handOver: (commit) =>
        toBuild.length === 0
          ? undefined
          : makeHandOver({
              settings: context.settings,
              commit,
              movesTag: !context.only,
              createdMs: todo.nowMs,
              pipeline: context.ci.pipeline,
              packages: toBuild,
              // the same package at the same commit is built again when only its upstream moved
              nonce: String(todo.nowMs),
            }),
    },
    start,
  );
  const opened = await openReviews(context, pushed);
  return {
    published,
    reviews: new Map(pushed.map((review) => [review.name, review])),
    urls: opened.urls,
    failed,
    problems: [...recommended, ...unfit, ...opened.problems],
  };
}

/** Review branches that a silent update, or the main branch itself, has made pointless. */
async function obsoleteReviews(
  start: Beginning,
  now: { readonly committed: readonly Examination[]; readonly pushed: readonly PushedReview[] },
): Promise<ReadonlyMap<string, string>> {
  const kept = new Set(now.pushed.map(({ name }) => name));
  const updated = now.committed
    .filter(({ name, changesRecipe }) => changesRecipe && start.branches.commits.has(name))
    .map(({ name }) => name);
  const settled = await start.branches.obsolete(start.head.id);
  const gone = [...new Set([...updated, ...settled])].filter((name) => !kept.has(name)).sort();
  return new Map(gone.flatMap((name) => {
    const commit = start.branches.commits.get(name);
    return commit === undefined ? [] : [[name, commit]];
  }));
}

/** What is known from now on; a package whose review could not be pushed is as unknown as before. */
function nextContents(
  start: Beginning,
  now: ToDo & { readonly pushed: readonly PushedReview[]; readonly failed: ReadonlyMap<string, Problem> },
): Omit<StateContents, 'forCommit' | 'outbox'> {
  const existing = new Set(start.packages.map(({ name }) => name));
  // a run for some packages knows nothing of the others, so they stay
  const isThere = (name: string): boolean => existing.has(name) || now.examinations.length < existing.size;
  const states = new Map([...start.contents.states].filter(([name]) => isThere(name)));
  const checks = new Map<string, PackageCheck>();
  const reviews = new Map(now.pushed.map((review) => [review.name, review]));
  for (const one of now.examinations) {
    const failure = now.failed.get(one.name);
    if (!failure) states.set(one.name, one.state);
    const decision = now.decisions.get(one.name);
    const before = start.contents.checks.get(one.name);
    checks.set(
      one.name,
      nextCheck(before, {
        nowMs: now.nowMs,
        problems: failure ? [...one.problems, failure] : one.problems,
        isUpdated: decision?.kind === 'commit' || decision?.kind === 'schedule',
        review: reviewOf(start, { name: one.name, pushed: reviews, before, nowMs: now.nowMs }),
      }),
    );
  }
  return {
    states,
    rows: now.news.rows,
    libraries: nextLibraries(now.news.databases, start.contents.libraries),
    checks: checksOf(start.contents.checks, checks, isThere),
  };
}

/** The open review of a package: proposed now, or earlier and still on its branch. */
function reviewOf(
  start: Beginning,
  now: {
    readonly name: string;
    readonly pushed: ReadonlyMap<string, PushedReview>;
    readonly before: PackageCheck | undefined;
    readonly nowMs: number;
  },
): PackageCheck['review'] {
  const branch = reviewBranch(now.name);
  const known = now.before?.review;
  if (now.pushed.has(now.name)) return known ?? { branch, since: now.nowMs };
  return start.branches.commits.has(now.name) ? (known ?? { branch, since: now.nowMs }) : undefined;
}

function reportOf(
  one: Examination,
  decisions: ReadonlyMap<string, Decision>,
  outcome: Outcome,
): PackageReport {
  const decision = decisions.get(one.name) ?? { kind: 'nothing' };
  const failure = outcome.failed.get(one.name);
  const problems = failure ? [...one.problems, failure] : one.problems;
  const isFailed = problems.some(({ severity }) => severity === 'error');
  const review = outcome.reviews.get(one.name);
  return {
    name: one.name,
    decision: isFailed && decision.kind === 'nothing' ? 'failed' : decision.kind,
    because: decision.kind === 'nothing' ? '' : decision.because,
    problems,
    ...(review ? { review: { branch: review.branch, url: outcome.urls.get(one.name) } } : {}),
  };
}

function pausedReport(name: string, check: PackageCheck | undefined): PackageReport {
  const until = check?.nextTry === undefined ? '' : ` until ${new Date(check.nextTry).toISOString()}`;
  return { name, decision: 'paused', because: `${check?.failures ?? 0} failures in a row, left alone${until}`, problems: [] };
}

const stateProblem = (why: string): Problem =>
  problem('CIS002', { what: `the state branch does not count: ${why}` });
