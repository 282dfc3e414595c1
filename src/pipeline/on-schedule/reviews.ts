import { isFault, type Problem, problem } from '../../diagnostics/index.ts';
import type { Author, NewCommit, RefMove, WorkingCopy } from '../../git/index.ts';
import type { FileTree } from '../../host/index.ts';
import { renderReportMarkdown, reviewChange } from '../../review/index.ts';
import type { ScheduleContext } from './context.ts';
import type { Examination } from './examine.ts';
import { asRecipeFolder, folderChanges, sameTree, textOf } from './recipe-files.ts';
import { readRecipeTree } from './read-packages.ts';

/** A change that a person has to look at before it goes to the main branch. */
export interface PendingReview {
  readonly examination: Examination;
  readonly because: string;
}

const branchPrefix = 'update-';

/** The branch on which an update of a package is proposed. */
export function reviewBranch(name: string): string {
  return `${branchPrefix}${name}`;
}

/** Review branches of the remote as last fetched. */
export class ReviewBranches {
  readonly #copy: WorkingCopy;
  /** Commits by package name. */
  readonly commits: ReadonlyMap<string, string>;

  private constructor(copy: WorkingCopy, commits: ReadonlyMap<string, string>) {
    this.#copy = copy;
    this.commits = commits;
  }

  /** Asks the remote which there are, and brings their commits here. */
  static async fetch(copy: WorkingCopy): Promise<ReviewBranches> {
    const pattern = `refs/heads/${branchPrefix}*`;
    const refs = await copy.remoteRefs([pattern]);
    if (refs.size > 0) await copy.fetch([pattern]);
    const prefix = `refs/heads/${branchPrefix}`;
    return new ReviewBranches(
      copy,
      new Map([...refs].map(([ref, commit]) => [ref.slice(prefix.length), commit])),
    );
  }

  /** The version that an open branch of the package proposes; undefined without one. */
  async proposedVersion(name: string): Promise<string | undefined> {
    const tree = await this.tree(name);
    const text = tree && textOf(tree, 'PKGBUILD');
    return text === undefined ? undefined : /^pkgver=(["']?)([^"'\s]+)\1\s*$/m.exec(text)?.[2];
  }

  /** The package's folder on its review branch. */
  async tree(name: string): Promise<FileTree | undefined> {
    const commit = this.commits.get(name);
    return commit === undefined ? undefined : await readRecipeTree(this.#copy, commit, name);
  }

  /**
   * Branches with nothing left to review: their folder is gone, or the main branch has the same in it already
   * (specification 7.16). `head` is the main branch.
   */
  async obsolete(head: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [name, commit] of this.commits) {
      const [ours, theirs] = await Promise.all([
        this.#copy.entries(head, name),
        this.#copy.entries(commit, name),
      ]);
      const isSame =
        ours.size === theirs.size && [...ours].every(([path, { id, mode }]) => {
          const other = theirs.get(path);
          return other?.id === id && other.mode === mode;
        });
      if (ours.size === 0 || isSame) found.push(name);
    }
    return found;
  }
}

export interface PushedReview {
  readonly name: string;
  readonly branch: string;
  /** Undefined: the branch was as it should be. */
  readonly commit: string | undefined;
  readonly because: string;
  readonly examination: Examination;
}

/**
 * Brings review branches up to date before anything else is published, so that nothing is lost when we die in between.
 * A branch with the same content that still grows from the main branch is left alone (R02). Returns those that are in
 * place; the others are problems, and their packages keep their old state.
 */
export async function pushReviews(
  context: ScheduleContext,
  pending: readonly PendingReview[],
  base: { readonly commit: string; readonly branches: ReviewBranches; readonly author: Author },
): Promise<{ readonly pushed: readonly PushedReview[]; readonly failed: ReadonlyMap<string, Problem> }> {
  const { copy } = context;
  const pushed: PushedReview[] = [];
  const failed = new Map<string, Problem>();
  const fresh: { review: PendingReview; commit: NewCommit }[] = [];
  for (const review of pending) {
    const { examination, because } = review;
    const { name } = examination;
    if (await isInPlace(copy, base, examination)) {
      pushed.push({ name, branch: reviewBranch(name), commit: undefined, because, examination });
      continue;
    }
    fresh.push({ review, commit: commitOf(examination, base.commit) });
  }
  const ids = fresh.length === 0 ? [] : await copy.writeCommits(fresh.map(({ commit }) => commit), base.author);
  for (const [index, { review }] of fresh.entries()) {
    const { examination, because } = review;
    const { name } = examination;
    const commit = ids[index] as string;
    const move: RefMove = {
      ref: `refs/heads/${reviewBranch(name)}`,
      to: commit,
      force: true,
      expected: base.branches.commits.get(name) ?? null,
    };
    try {
      // one by one: somebody who works on one branch must not hold up the others
      await copy.push([move]);
      pushed.push({ name, branch: reviewBranch(name), commit, because, examination });
    } catch (error) {
      if (!isFault(error)) throw error;
      failed.set(name, error.problem);
    }
  }
  return { pushed, failed };
}

async function isInPlace(
  copy: WorkingCopy,
  base: { readonly commit: string; readonly branches: ReviewBranches },
  { name, after }: Examination,
): Promise<boolean> {
  const commit = base.branches.commits.get(name);
  const tree = commit === undefined ? undefined : await base.branches.tree(name);
  if (commit === undefined || !tree || !after || !sameTree(tree, after)) return false;
  const [facts] = await copy.commitsBetween(undefined, commit);
  const [parent] = facts?.parents ?? [];
  return parent !== undefined && (await copy.isAncestor(parent, base.commit));
}

/** Without words that skip pipelines: they would end up in the merge, and on-commit has to see that. */
function commitOf({ name, before, after }: Examination, base: string): NewCommit {
  return {
    base,
    parents: [base],
    changes: folderChanges(name, before ?? new Map(), after ?? new Map()),
    message: `chore(update): ${name}\n`,
  };
}

/**
 * Opens a merge or pull request for each review branch that has none (specification 7.16). Returns their addresses; one
 * that cannot be opened is a problem (CIS008) and is tried again by the next run.
 */
export async function openReviews(
  context: ScheduleContext,
  reviews: readonly PushedReview[],
): Promise<{ readonly urls: ReadonlyMap<string, string>; readonly problems: readonly Problem[] }> {
  const urls = new Map<string, string>();
  const problems: Problem[] = [];
  const { forge } = context;
  if (reviews.length > 0 && 'missing' in forge) {
    const names = reviews.map(({ branch }) => `'${branch}'`).join(', ');
    problems.push(problem('CIS008', { what: `${forge.missing}, so no review was opened for ${names}` }));
    return { urls, problems };
  }
  if ('missing' in forge) return { urls, problems };
  for (const review of reviews) {
    try {
      const open = (await forge.find(review.branch)) ?? (await forge.open(requestOf(context, review)));
      urls.set(review.name, open.url);
    } catch (error) {
      if (!isFault(error)) throw error;
      const what = `no review of '${review.name}' could be opened: ${error.problem.what}`;
      problems.push(problem('CIS008', { what, why: error.problem.why, next: error.problem.next }));
    }
  }
  return { urls, problems };
}

function requestOf({ copy, settings }: ScheduleContext, review: PushedReview) {
  const { examination, name, branch } = review;
  const report = reviewChange(
    asRecipeFolder(examination.before ?? new Map()),
    asRecipeFolder(examination.after ?? new Map()),
    {
      package: name,
      maintainersBefore: examination.stateBefore.maintainers,
      maintainersAfter: examination.state.maintainers,
      allow: examination.package.settings.changeAllow,
    },
  );
  const opening = examination.isVersionCheck
    ? 'This update was made by a version check. Verify the upstream release and the packaging.'
    : 'A recent update of this recipe needs human review. Check it for dangerous changes.';
  return {
    branch,
    target: copy.branch,
    title: `chore(update): ${name}`,
    description: `${opening}\n\nWhy: ${review.because}\n\n${renderReportMarkdown(report)}\n`,
    labels: ['ci', 'human-review', 'update', ...(examination.isVersionCheck ? ['nvchecker'] : [])],
    ...(settings.reviewAssignee === undefined ? {} : { assignee: settings.reviewAssignee }),
  };
}
