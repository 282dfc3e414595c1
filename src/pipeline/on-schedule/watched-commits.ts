import { type Problem, problem } from '../../diagnostics/index.ts';
import {
  branchKey,
  commitKey,
  type PackageState,
  type WatchedBranch,
  watchedBranches,
} from '../../formats/pkgbuild-repo/index.ts';
import type { BranchAnswer } from '../../upstream/index.ts';
import type { ScheduledPackage } from './context.ts';
import { srcinfoOf } from './srcinfo-of.ts';

/**
 * Whether commits of a package's git sources are watched: its name ends in `-git`, its settings say so, or a commit
 * has been noted (specification 7.7).
 */
export function isWatched(one: ScheduledPackage, state: PackageState): boolean {
  return (
    one.name.endsWith('-git') ||
    one.settings.forceVcs ||
    one.settings.gitCommit !== undefined ||
    state.commits.size > 0
  );
}

/** The branches to ask for; undefined when `.SRCINFO` cannot tell them, so that what is noted stays. */
export function branchesOf(one: ScheduledPackage): readonly WatchedBranch[] | undefined {
  const srcinfo = srcinfoOf(one);
  return srcinfo && watchedBranches(srcinfo);
}

export interface CommitNews {
  /** What is to be noted from now on. */
  readonly commits: PackageState['commits'];
  /** Branches that moved, for people. */
  readonly moved: readonly string[];
  /** Nothing had been noted before: this is where watching begins. */
  readonly isBaseline: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Compares noted commits with the newest ones. A branch whose server is silent keeps its commit (V08); one that is
 * pinned, or gone from the recipe, loses it (V04); a first commit is where watching begins (V07).
 */
export function commitNews(
  one: ScheduledPackage,
  state: PackageState,
  heads: ReadonlyMap<string, BranchAnswer>,
): CommitNews {
  const branches = branchesOf(one);
  if (branches === undefined) {
    const what = `'${one.name}' has no usable .SRCINFO, so its git sources are not watched`;
    const found = problem('CIS004', { what, place: { file: `${one.name}/.SRCINFO` }, severity: 'warning' });
    return { commits: state.commits, moved: [], isBaseline: false, problems: [found] };
  }
  const commits = new Map<string, string>();
  const moved: string[] = [];
  const problems: Problem[] = [];
  let isBaseline = false;
  for (const [index, branch] of branches.entries()) {
    const key = commitKey(branch, index === 0);
    const noted = state.commits.get(key) ?? (index === 0 ? one.settings.gitCommit : undefined);
    const answer = heads.get(branchKey(branch));
    const commit = answer?.kind === 'commit' ? answer.commit : noted;
    if (answer && answer.kind !== 'commit') problems.push(answer.problem);
    if (commit === undefined) continue;
    commits.set(key, commit);
    if (noted === undefined) isBaseline = true;
    else if (noted !== commit)
      moved.push(
        `${branch.url} ${branch.ref.replace('refs/heads/', '')} ${noted.slice(0, 7)}..${commit.slice(0, 7)}`,
      );
  }
  return { commits, moved, isBaseline: isBaseline && state.commits.size === 0, problems };
}
