import type { HandOver } from '../../api/index.ts';
import { type Problem, problem } from '../../diagnostics/index.ts';
import type { CommitFacts } from '../../git/index.ts';
import { deliverFirst } from '../deliver-now.ts';
import type { HandOverPort } from '../hand-over.ts';
import type { RemoteRefs } from '../state-branch.ts';
import { emptyStateContents, readStateContents, type StateContents } from '../state-contents.ts';
import type { ScheduleContext, ScheduledPackage } from './context.ts';
import { checkGuard, isEvaluated } from './guard.ts';
import { readPackages } from './read-packages.ts';
import { ReviewBranches } from './review-branches.ts';

/** What a run finds before it asks anybody upstream. */
export interface Beginning {
  readonly head: CommitFacts;
  readonly refs: RemoteRefs;
  /** Documents that the manager has not got. */
  readonly waiting: readonly HandOver[];
  /** Why, when it was tried. */
  readonly outOfReach: Problem | undefined;
  /** Whether every commit up to `head` was evaluated, so that the tag may follow. */
  readonly isEvaluated: boolean;
  /** Branch `state` as it is. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The same as far as it counts. */
  readonly contents: StateContents;
  readonly branches: ReviewBranches;
  readonly packages: readonly ScheduledPackage[];
  readonly problems: readonly Problem[];
}

/**
 * Delivers what waits, asks the guard, and reads the repository and its state. Throws CIS001 (guard), GIT problems of
 * the remote.
 */
export async function begin(context: ScheduleContext, port: HandOverPort | undefined): Promise<Beginning> {
  const { copy, repository } = context;
  const { refs, waiting, outOfReach } = await deliverFirst(
    context,
    context.dryRun ? undefined : port,
    context.refs,
  );
  const [head] = await copy.commitsBetween(undefined, repository.commit);
  if (!head) throw new Error(`commit ${repository.commit} is gone`);
  const facts = { head: head.id, tag: refs.scheduled, pending: waiting.map(({ tag }) => tag) };
  if (!context.only && !context.skipsGuard) await checkGuard(context, facts);
  const files = refs.state === undefined ? new Map() : await copy.readFolder(refs.state, '');
  const { contents, problems } = await trustedContents(context, files);
  return {
    ...{ head, refs, waiting, outOfReach, files, contents },
    isEvaluated: isEvaluated(facts),
    branches: await ReviewBranches.fetch(copy, context.settings.author),
    packages: await readPackages(copy, head.id, context.only),
    problems: [...repository.problems, ...problems],
  };
}

/** The state, or of one that belongs to another history only what waits and what people are shown (specification 7.3). */
async function trustedContents(
  context: ScheduleContext,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<{ readonly contents: StateContents; readonly problems: readonly Problem[] }> {
  const { contents, problems } = readStateContents(files);
  const why = await strangeness(context, contents);
  if (why === undefined) return { contents, problems };
  const { outbox, checks, uploads } = contents;
  const found = problem('CIS002', { what: `the state branch does not count: ${why}` });
  return { contents: { ...emptyStateContents, outbox, checks, uploads }, problems: [...problems, found] };
}

async function strangeness(
  { copy }: ScheduleContext,
  { forCommit, states, rows, checks }: StateContents,
): Promise<string | undefined> {
  if (forCommit === undefined) {
    const isEmpty = states.size === 0 && rows.size === 0;
    // what the reference wrote has no such file, and is taken over
    return isEmpty || checks.size === 0 ? undefined : "it has lost its file '.commit'";
  }
  // a shallow clone must not look like a rewritten history
  await copy.deepenTo(forCommit);
  return (await copy.isOnBranch(forCommit))
    ? undefined
    : `its commit ${forCommit.slice(0, 7)} is on no branch`;
}
