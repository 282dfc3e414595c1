import { isFault, type Problem, problem } from '../../diagnostics/index.ts';
import type { Author, NewCommit, RefMove, WorkingCopy } from '../../git/index.ts';
import type { FileTree } from '../../host/index.ts';
import { folderChanges, sameTree } from '../recipe-files.ts';
import type { ScheduleContext } from './context.ts';
import type { Examination } from './examine.ts';
import { type ReviewBranches, reviewBranch, reviewSubject } from './review-branches.ts';

/** A change that a person has to look at before it goes to the main branch. */
export interface PendingReview {
  readonly examination: Examination;
  readonly because: string;
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
    if (await base.branches.isSomebodyElses(name, base.commit)) failed.set(name, taken(name));
    else fresh.push({ review, commit: commitOf(examination, base.commit) });
  }
  const ids =
    fresh.length === 0
      ? []
      : await copy.writeCommits(
          fresh.map(({ commit }) => commit),
          base.author,
        );
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

function taken(name: string): Problem {
  return problem('CIS008', {
    what: `branch '${reviewBranch(name)}' is somebody else's, so the update of '${name}' is not proposed`,
    why: 'The branch has commits that the pipeline did not make, or changes outside of the folder of its package.',
    next: 'Merge or rename the branch; the next run then proposes the update.',
    place: { file: name },
  });
}

async function isInPlace(
  copy: WorkingCopy,
  base: { readonly commit: string; readonly branches: ReviewBranches },
  { name, recipe }: Examination,
): Promise<boolean> {
  const commit = base.branches.commits.get(name);
  const tree = commit === undefined ? undefined : await base.branches.tree(name);
  if (commit === undefined || !tree || !recipe || !sameTree(withoutSettings(tree), withoutSettings(recipe)))
    return false;
  const [facts] = await copy.commitsBetween(undefined, commit);
  const [parent] = facts?.parents ?? [];
  if (parent === undefined) return false;
  // in a shallow clone it may be older than what is here
  await copy.deepenTo(parent, base.commit);
  return await copy.isAncestor(parent, base.commit);
}

/** A rebuild of the main branch changes settings, and they are no part of what is reviewed. */
const withoutSettings = (tree: FileTree): FileTree =>
  new Map([...tree].filter(([path]) => !path.startsWith('.CI/')));

/** Without words that skip pipelines: they would end up in the merge, and on-commit has to see that. */
function commitOf({ name, before, recipe }: Examination, base: string): NewCommit {
  return {
    base,
    parents: [base],
    changes: folderChanges(name, before ?? new Map(), recipe ?? new Map()),
    message: `${reviewSubject(name)}\n`,
  };
}
