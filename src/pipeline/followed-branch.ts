import type { WorkingCopy } from '../git/index.ts';
import type { RemoteRefs } from './state-branch.ts';

/**
 * Whether the tag may move: to a commit of the followed branch that is no step back. From a commit that is no longer
 * on that branch (a force push) every step is one forward, also when another branch still has it.
 */
export async function isForward(copy: WorkingCopy, refs: RemoteRefs, to: string): Promise<boolean> {
  const { scheduled: from } = refs;
  if (from === to || !(await isFollowed(copy, refs, to))) return false;
  return from === undefined || !(await copy.isAncestor(to, from)) || !(await isFollowed(copy, refs, from));
}

/** Whether a commit is part of the followed branch as the remote has it now. */
export async function isFollowed(copy: WorkingCopy, { main }: RemoteRefs, commit: string): Promise<boolean> {
  if (commit === main) return true;
  if (main === undefined) return await copy.isOnBranch(commit);
  // a shallow clone must not look like a rewritten history
  await copy.deepenTo(commit, main);
  return await copy.isAncestor(commit, main);
}
