import { type Problem, problem } from '../../diagnostics/index.ts';
import type { RequestedPackage } from '../../formats/pkgbuild-repo/index.ts';
import type { AurPackage } from '../../upstream/index.ts';
import { makeHandOver } from '../hand-over.ts';
import { withText } from '../recipe-files.ts';
import { accountsOf } from './aur-accounts.ts';
import type { Beginning } from './begin.ts';
import type { ScheduleContext } from './context.ts';
import { type Decision, isToBuild } from './decide.ts';
import type { Examination } from './examine.ts';
import { recommendations } from './library-recommendations.ts';
import { nextContents, type RunFacts } from './next-contents.ts';
import { type OpenReview, openReviews } from './open-reviews.ts';
import { type CommittedPackage, type Published, publish } from './publish.ts';
import { type PushedReview, pushReviews } from './pushed-reviews.ts';
import { readRecipeTree } from './read-packages.ts';
import { reviewBranch } from './review-branches.ts';

/** What came of a run. */
export interface Outcome {
  /** Undefined for a dry run. */
  readonly published: Published | undefined;
  /** Packages that the AUR has to get now, noted on branch `state`. */
  readonly uploads: readonly string[];
  /** Review branches that are in place, by package. */
  readonly reviews: ReadonlyMap<string, string>;
  readonly urls: ReadonlyMap<string, string>;
  readonly failed: ReadonlyMap<string, Problem>;
  /** Packages whose review branch goes. */
  readonly obsolete: readonly string[];
  readonly problems: readonly Problem[];
}

type Found = Pick<RunFacts, 'news' | 'examinations' | 'decisions' | 'nowMs'>;

/**
 * Review branches first, then one atomic push of everything else (specification 7.15), then requests for what is to be
 * reviewed: whatever we die between, the next run finds enough to go on. Throws GIT problems of the one push.
 */
export async function carryOut(context: ScheduleContext, start: Beginning, found: Found): Promise<Outcome> {
  const recommended = recommendations(found.news.databases, start.contents.libraries);
  if (context.dryRun) {
    const empty = { uploads: [], reviews: new Map(), urls: new Map(), failed: new Map(), obsolete: [] };
    return { published: undefined, ...empty, problems: recommended };
  }
  const base = { commit: start.head.id, branches: start.branches, author: context.settings.author };
  const { pushed, failed } = await pushReviews(context, pendingReviews(found), base);
  const committed = found.examinations.flatMap((one) => committedOf(one, found.decisions.get(one.name)));
  const obsolete = await obsoleteReviews(start, found, pushed);
  const earlier = await openReviews(
    context,
    await unopened(context, start, { pushed, obsolete, aur: found.news.upstream.aur }),
  );
  const facts: RunFacts = {
    ...found,
    ...{ pushed, failed, urls: earlier.urls },
    obsolete: new Set(obsolete.keys()),
  };
  const { packages, managed, problems: unfit } = requested(context, found);
  const uploads = context.settings.managesAur ? [...start.contents.uploads, ...managed] : [];
  const published = await publish(
    context,
    {
      head: start.head,
      committed,
      obsolete,
      contents: { ...nextContents(context, start, facts), uploads },
      outbox: start.contents.outbox,
      movesTag: start.isEvaluated,
      handOver: (commit) => ({
        isEmpty: packages.length === 0,
        document: makeHandOver({
          settings: context.settings,
          commit,
          movesTag: start.isEvaluated,
          createdMs: found.nowMs,
          pipeline: context.ci.pipeline,
          packages,
          // the same package at the same commit is built again when only its upstream moved
          nonce: String(found.nowMs),
        }),
      }),
    },
    start,
  );
  const known = knownUrls(start, pushed);
  // who closed a request and left its branch is not asked again about the same
  const opened = await openReviews(context, pushed.filter(({ name }) => !known.has(name)).map(reviewOf));
  return {
    published,
    uploads,
    reviews: new Map(pushed.map(({ name, branch }) => [name, branch])),
    urls: new Map([...known, ...earlier.urls, ...opened.urls]),
    failed,
    obsolete: [...obsolete.keys()],
    problems: [...recommended, ...unfit, ...earlier.problems, ...opened.problems],
  };
}

/** What is to be built, with build classes (specification 5.7). */
function requested(
  { settings }: ScheduleContext,
  { examinations, decisions }: Found,
): {
  readonly packages: readonly RequestedPackage[];
  /** Those that the AUR gets. */
  readonly managed: readonly string[];
  readonly problems: readonly Problem[];
} {
  const packages: RequestedPackage[] = [];
  const managed: string[] = [];
  const problems: Problem[] = [];
  for (const { name, package: one, recipe } of examinations) {
    if (!isToBuild(decisions.get(name))) continue;
    if (!one.hasRecipe && recipe === undefined) {
      problems.push(problem('CIC009', { what: `'${name}' has no PKGBUILD`, place: { file: name } }));
      continue;
    }
    const buildClass = one.settings.buildClass ?? settings.defaultClass;
    packages.push(buildClass === undefined ? { name } : { name, buildClass });
    if (one.settings.managesAur) managed.push(name);
  }
  return { packages, managed, problems };
}

/** Addresses of requests for branches that are as an earlier run left them. */
function knownUrls(start: Beginning, pushed: readonly PushedReview[]): ReadonlyMap<string, string> {
  return new Map(
    pushed.flatMap(({ name, commit }): readonly [string, string][] => {
      const url = start.contents.checks.get(name)?.review?.url;
      return commit === undefined && url !== undefined ? [[name, url]] : [];
    }),
  );
}

function pendingReviews({ examinations, decisions }: Found) {
  return examinations.flatMap((examination) => {
    const decision = decisions.get(examination.name);
    return decision?.kind === 'review' ? [{ examination, because: decision.because }] : [];
  });
}

/** What of a package goes to the main branch: all of it, or the rebuild alone when its recipe has to be reviewed. */
function committedOf(one: Examination, decision: Decision | undefined): readonly CommittedPackage[] {
  const { name, before, recipe, bump } = one;
  const isCommit = decision?.kind === 'commit';
  if (!before || !(isCommit || (decision?.kind === 'review' && decision.rebuild))) return [];
  const after = (isCommit ? recipe : undefined) ?? before;
  return [
    {
      ...{ name, before },
      after: bump ? withText(after, '.CI/config', bump.settingsText) : after,
      rebuilds: bump?.because ?? [],
    },
  ];
}

/** Review branches that a silent update, or the main branch itself, has made pointless, with their commits. */
async function obsoleteReviews(
  start: Beginning,
  { examinations, decisions }: Found,
  pushed: readonly PushedReview[],
): Promise<ReadonlyMap<string, string>> {
  const kept = new Set(pushed.map(({ name }) => name));
  const updated = examinations
    .filter(({ name, recipe }) => recipe !== undefined && decisions.get(name)?.kind === 'commit')
    .map(({ name }) => name);
  const settled = await start.branches.obsolete(start.head.id);
  const found = new Map<string, string>();
  for (const name of [...new Set([...updated, ...settled])].sort()) {
    const commit = start.branches.commits.get(name);
    if (commit === undefined || kept.has(name)) continue;
    if (!(await start.branches.isSomebodyElses(name, start.head.id))) found.set(name, commit);
  }
  return found;
}

/** Branches of earlier runs for which no request is known: we died in between, or the forge was not there. */
async function unopened(
  context: ScheduleContext,
  start: Beginning,
  now: {
    readonly pushed: readonly PushedReview[];
    readonly obsolete: ReadonlyMap<string, string>;
    readonly aur: ReadonlyMap<string, AurPackage>;
  },
): Promise<readonly OpenReview[]> {
  const fresh = new Set(now.pushed.map(({ name }) => name));
  const reviews: OpenReview[] = [];
  for (const one of start.packages) {
    const { name } = one;
    const isKnown = start.contents.checks.get(name)?.review?.url !== undefined;
    if (isKnown || fresh.has(name) || now.obsolete.has(name) || !start.branches.commits.has(name)) continue;
    const after = await start.branches.tree(name);
    if (!after) continue;
    const known = now.aur.get(name);
    reviews.push({
      package: one,
      branch: reviewBranch(name),
      before: await readRecipeTree(context.copy, start.head.id, name),
      after,
      because: undefined,
      isVersionCheck: one.settings.nvchecker,
      isFresh: false,
      maintainersBefore: start.contents.states.get(name)?.maintainers,
      maintainersAfter: known && accountsOf(known),
    });
  }
  return reviews;
}

function reviewOf({ examination, branch, because, commit }: PushedReview): OpenReview {
  return {
    package: examination.package,
    branch,
    before: examination.before ?? new Map(),
    after: examination.recipe ?? new Map(),
    because,
    isVersionCheck: examination.isVersionCheck,
    isFresh: commit !== undefined,
    maintainersBefore: examination.stateBefore.maintainers,
    maintainersAfter: examination.state.maintainers,
  };
}
