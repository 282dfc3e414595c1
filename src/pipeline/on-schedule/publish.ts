import type { HandOver, PackageCheck } from '../../api/index.ts';
import { isOverwritable, overwrittenSubject, packagesMessage } from '../../formats/pkgbuild-repo/index.ts';
import { type CommitFacts, type FileChange, type NewCommit, type RefMove, StateBranch } from '../../git/index.ts';
import { type StateContents, writeStateContents } from '../state-contents.ts';
import type { ScheduleContext } from './context.ts';
import type { Examination } from './examine.ts';
import { folderChanges } from './recipe-files.ts';
import { reviewBranch } from './reviews.ts';

/** What one run leaves behind, ready to be pushed. */
export interface Publication {
  /** The commit that the run began with. */
  readonly head: CommitFacts;
  readonly committed: readonly Examination[];
  /** Review branches that are obsolete, by package. */
  readonly obsolete: readonly string[];
  readonly contents: Omit<StateContents, 'forCommit' | 'outbox'>;
  /** Hand-overs that are still waiting, and how to make the one of this run. */
  readonly outbox: StateContents['outbox'];
  readonly handOver: (commit: string) => HandOver | undefined;
}

export interface Published {
  /** Newest commit of the main branch now. */
  readonly commit: string;
  readonly handOver: HandOver | undefined;
  readonly state: StateBranch;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * One atomic push of everything (specification 7.15): the commit with all changed recipes, the state with the hand-over
 * that is still to be accepted, deletions of obsolete review branches. Tag `scheduled` follows with it when there is
 * nothing to hand over, else once that was accepted. Throws GIT problems; then nothing of it happened.
 */
export async function publish(
  context: ScheduleContext,
  publication: Publication,
  state: StateBranch,
): Promise<Published> {
  const { copy, settings } = context;
  const { head, committed } = publication;
  const made = committed.length === 0 ? undefined : await mainCommit(context, publication);
  const commit = made?.id ?? head.id;
  const handOver = publication.handOver(commit);
  const outbox = new Map(publication.outbox);
  if (handOver) outbox.set(`${handOver.id}.json`, Buffer.from(`${JSON.stringify(handOver)}\n`));
  const files = writeStateContents({ ...publication.contents, forCommit: commit, outbox });
  const moves: RefMove[] = [];
  if (!state.equals(files)) {
    const [written] = await copy.writeCommits([state.next(files)], settings.author);
    moves.push(state.move(written as string));
  }
  if (made) {
    moves.push({
      ref: `refs/heads/${copy.branch}`,
      to: commit,
      expected: head.id,
      ...(made.isAmended ? { force: true } : {}),
    });
  }
  if (!handOver && publication.outbox.size === 0)
    moves.push({ ref: 'refs/tags/scheduled', to: commit, force: true });
  for (const name of publication.obsolete)
    moves.push({ ref: `refs/heads/${reviewBranch(name)}`, to: undefined });
  await copy.push(moves, ['ci.skip']);
  if (made) await copy.moveTo(commit);
  if (!handOver && publication.outbox.size === 0) await copy.setRef('refs/tags/scheduled', commit);
  return { commit, handOver, state, files };
}

/** The commit of the run, or the amended last one (specification 7.4). */
async function mainCommit(
  context: ScheduleContext,
  { head, committed }: Publication,
): Promise<{ readonly id: string; readonly isAmended: boolean }> {
  const { copy, settings, skipsCi } = context;
  const names = committed.map(({ name }) => name);
  const reasons = committed.flatMap(({ name, rebuilds }) =>
    rebuilds.length === 0 ? [] : [`${name}: rebuilt for ${rebuilds.join(', ')}`],
  );
  const isAmended = settings.overwriteCommits && (await mayAmend(context, head));
  const message = settings.overwriteCommits
    ? `${[overwrittenSubject(skipsCi), ...(reasons.length > 0 ? [reasons.join('\n')] : [])].join('\n\n')}\n`
    : packagesMessage('update', names, { reasons, skipsCi });
  const changes = committed.flatMap(({ name, before, after }): readonly FileChange[] =>
    before && after ? folderChanges(name, before, after) : [],
  );
  const commit: NewCommit = {
    base: head.id,
    parents: isAmended ? head.parents : [head.id],
    changes,
    message,
  };
  const [id] = await copy.writeCommits([commit], settings.author);
  return { id: id as string, isAmended };
}

/** Only what the pipeline itself wrote, and what no open review grows from, may be replaced. */
async function mayAmend({ copy, settings, say }: ScheduleContext, head: CommitFacts): Promise<boolean> {
  if (!isOverwritable(head.subject)) return false;
  if (head.authorEmail !== settings.author.email) {
    say(`the last automatic commit is by ${head.authorName}: a new one is made instead of amending it`);
    return false;
  }
  for (const [ref, commit] of await copy.remoteRefs(['refs/heads/*'])) {
    if (ref === `refs/heads/${copy.branch}` || ref === 'refs/heads/state') continue;
    if (await copy.isAncestor(head.id, commit)) {
      say(`'${ref.replace('refs/heads/', '')}' grows from the last automatic commit: it is not amended`);
      return false;
    }
  }
  return true;
}

/** Checks by package without those whose folder is gone. */
export function checksOf(
  before: ReadonlyMap<string, PackageCheck>,
  now: ReadonlyMap<string, PackageCheck>,
  exists: (name: string) => boolean,
): ReadonlyMap<string, PackageCheck> {
  return new Map([...before, ...now].filter(([name]) => exists(name)));
}
