import { fault } from '../diagnostics/index.ts';
import type { FileChange, NewCommit } from '../git/index.ts';
import type { PipelineContext } from './pipeline-context.ts';
import { fetchRemoteRefs } from './state-branch.ts';

/**
 * Commits changes on top of the branch as the remote has it, pushes it so that on-commit runs, and lets the checkout
 * follow where it can (specification 9.2 to 9.4). Returns the commit. Throws GIT007 when somebody pushed meanwhile,
 * GIT009 when the remote refuses, CIC033 when the checkout is not at the tip of the branch.
 */
export async function changeBranch(
  context: PipelineContext,
  changes: readonly FileChange[],
  message: string,
): Promise<string> {
  const { copy, repository } = context;
  const tip = repository.commit;
  const commit: NewCommit = { base: tip, parents: [tip], changes, message };
  const [made] = (await copy.writeCommits([commit], repository.settings.author)) as [string];
  await copy.push([{ ref: `refs/heads/${copy.branch}`, to: made, expected: tip }]);
  await copy.moveTo(made);
  context.tell(`pushed ${made.slice(0, 7)} to ${copy.branch}`);
  return made;
}

/** Changes are made on the newest state of the branch, or a push would undo what others did. Throws CIC033. */
export async function requireTip(context: PipelineContext): Promise<void> {
  const { copy, repository } = context;
  const { main } = await fetchRemoteRefs(copy);
  if (main === repository.commit) return;
  throw fault('CIC033', {
    what: `the checkout is at ${repository.commit.slice(0, 7)}, branch '${copy.branch}' of the remote at ${main?.slice(0, 7) ?? 'nothing'}`,
  });
}
