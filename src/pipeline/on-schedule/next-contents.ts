import type { PackageCheck } from '../../api/index.ts';
import type { Problem } from '../../diagnostics/index.ts';
import type { PackageState } from '../../formats/pkgbuild-repo/index.ts';
import type { StateContents } from '../state-contents.ts';
import { accountsOf } from './aur-accounts.ts';
import type { Beginning } from './begin.ts';
import type { ScheduleContext } from './context.ts';
import { type Decision, isToBuild } from './decide.ts';
import type { Examination } from './examine.ts';
import type { GatheredNews } from './gather-news.ts';
import { nextLibraries } from './library-recommendations.ts';
import { nextCheck } from './next-check.ts';
import type { PushedReview } from './pushed-reviews.ts';
import { reviewBranch } from './review-branches.ts';

/** What a run has found and done so far. */
export interface RunFacts {
  readonly news: GatheredNews;
  readonly examinations: readonly Examination[];
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly nowMs: number;
  readonly pushed: readonly PushedReview[];
  /** Packages whose review branch the remote did not take. */
  readonly failed: ReadonlyMap<string, Problem>;
  /** Addresses of reviews that are open, as far as they are known. */
  readonly urls: ReadonlyMap<string, string>;
  /** Review branches that go. */
  readonly obsolete: ReadonlySet<string>;
}

/** What is known from now on; a package whose review could not be pushed is as unknown as before. */
export function nextContents(
  { only }: ScheduleContext,
  start: Beginning,
  now: RunFacts,
): Omit<StateContents, 'forCommit' | 'outbox' | 'uploads'> {
  const existing = new Set(start.packages.map(({ name }) => name));
  // a run for some packages knows nothing of the others, so they stay
  const isThere = (name: string): boolean => only !== undefined || existing.has(name);
  const states = new Map([...start.contents.states].filter(([name]) => isThere(name)));
  const checks = new Map([...start.contents.checks].filter(([name]) => isThere(name)));
  const proposed = new Set(now.pushed.map(({ name }) => name));
  for (const one of now.examinations) {
    if (one.isLeftAlone) {
      if (isToBuild(now.decisions.get(one.name)))
        checks.set(one.name, { ...start.contents.checks.get(one.name), updated: now.nowMs });
      continue;
    }
    const failure = now.failed.get(one.name);
    const decision = now.decisions.get(one.name);
    if (!failure) states.set(one.name, acceptedState(one, decision, now));
    const before = start.contents.checks.get(one.name);
    const isOpen = proposed.has(one.name) || start.branches.commits.has(one.name);
    checks.set(
      one.name,
      nextCheck(before, {
        nowMs: now.nowMs,
        problems: failure ? [...one.problems, failure] : one.problems,
        isUpdated: decision?.kind === 'commit' || isToBuild(decision),
        review: isOpen && !now.obsolete.has(one.name) ? reviewOf(one.name, before, now) : undefined,
      }),
    );
  }
  return {
    states,
    // nobody but a run for all packages has rebuilt what these are news for
    rows: only ? start.contents.rows : now.news.rows,
    libraries: only ? start.contents.libraries : nextLibraries(now.news.databases, start.contents.libraries),
    checks,
  };
}

/**
 * A change that waits for a review was not accepted, so those who stood behind the recipe before still count; once the
 * main branch has it, those of now do (specification 7.13).
 */
function acceptedState(
  { name, state, stateBefore, moved }: Examination,
  decision: Decision | undefined,
  { news, obsolete }: RunFacts,
): PackageState {
  const known = news.upstream.aur.get(name);
  if (decision?.kind === 'review') {
    // what moved is built by nobody now; it is news again once the review is over
    const commits = moved.length > 0 ? stateBefore.commits : state.commits;
    return { ...state, commits, maintainers: stateBefore.maintainers };
  }
  return known && obsolete.has(name) ? { ...state, maintainers: accountsOf(known) } : state;
}

function reviewOf(
  name: string,
  before: PackageCheck | undefined,
  { urls, nowMs }: RunFacts,
): PackageCheck['review'] {
  const url = urls.get(name) ?? before?.review?.url;
  return {
    branch: reviewBranch(name),
    ...(url === undefined ? {} : { url }),
    since: before?.review?.since ?? nowMs,
  };
}
