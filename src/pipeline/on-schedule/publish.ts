import type { HandOver } from '../../api/index.ts';
import { fault, isFault, problem } from '../../diagnostics/index.ts';
import { isOverwritable, overwrittenSubject, packagesMessage } from '../../formats/pkgbuild-repo/index.ts';
import type { CommitFacts, FileChange, NewCommit, RefMove } from '../../git/index.ts';
import type { FileTree } from '../../host/index.ts';
import { outboxBytes, outboxPath } from '../hand-over.ts';
import { folderChanges } from '../recipe-files.ts';
import { type RemoteRefs, stateCommit, stateMove, tagMove } from '../state-branch.ts';
import { type StateContents, writeStateContents } from '../state-contents.ts';
import type { ScheduleContext } from './context.ts';
import { reviewBranch } from './review-branches.ts';

/** A package whose folder changes on the main branch. */
export interface CommittedPackage {
  readonly name: string;
  readonly before: FileTree;
  readonly after: FileTree;
  /** Why it is rebuilt; empty: its recipe changed. */
  readonly rebuilds: readonly string[];
}

/** What one run leaves behind, ready to be pushed. */
export interface Publication {
  /** The commit that the run began with. */
  readonly head: CommitFacts;
  readonly committed: readonly CommittedPackage[];
  /** Review branches that are obsolete, by package, with the commits they were found at. */
  readonly obsolete: ReadonlyMap<string, string>;
  readonly contents: Omit<StateContents, 'forCommit' | 'outbox'>;
  /** Documents that still wait; their files stay. */
  readonly outbox: StateContents['outbox'];
  /** The document of this run; `isEmpty`: nothing is to be built, and it only takes the tag along. */
  readonly handOver: (commit: string) => { readonly document: HandOver; readonly isEmpty: boolean };
  /** Every commit up to `head` has been evaluated, so that the tag goes along with the branch. */
  readonly movesTag: boolean;
}

export interface Published {
  /** Newest commit of the main branch now. */
  readonly commit: string;
  /** Whether that is a new one. */
  readonly isNew: boolean;
  readonly handOver: HandOver | undefined;
  readonly refs: RemoteRefs;
}

/**
 * One atomic push of everything (specification 7.15): the commit with all changed recipes, the state with the document
 * that is still to be accepted, deletions of obsolete review branches. Tag `scheduled` goes with it when no document
 * waits, else it follows once that was accepted. Throws CIS013; then nothing of it happened.
 */
export async function publish(
  context: ScheduleContext,
  publication: Publication,
  before: { readonly refs: RemoteRefs; readonly files: ReadonlyMap<string, Uint8Array> },
): Promise<Published> {
  const { copy, settings } = context;
  const { head, committed } = publication;
  const made = committed.length === 0 ? undefined : await mainCommit(context, publication);
  const commit = made?.id ?? head.id;
  const offered = publication.handOver(commit);
  const outbox = new Map(publication.outbox);
  // with others waiting, the tag has to come behind theirs
  const isNeeded = !offered.isEmpty || (outbox.size > 0 && made !== undefined && publication.movesTag);
  const handOver = isNeeded ? offered.document : undefined;
  if (handOver) outbox.set(outboxPath(handOver.id), outboxBytes(handOver));
  const files = writeStateContents({ ...publication.contents, forCommit: commit, outbox });
  const moves: RefMove[] = [];
  let { state, scheduled } = before.refs;
  if (!sameFiles(before.files, files)) {
    const [written] = await copy.writeCommits([stateCommit(undefined, files)], settings.author);
    moves.push(stateMove(state, written as string));
    state = written;
  }
  const main = `refs/heads/${copy.branch}`;
  if (made)
    moves.push({ ref: main, to: commit, expected: head.id, ...(made.isAmended ? { force: true } : {}) });
  const movesTag = publication.movesTag && outbox.size === 0 && scheduled !== commit;
  if (movesTag) {
    moves.push(tagMove(scheduled, commit));
    scheduled = commit;
  }
  for (const [name, expected] of publication.obsolete)
    moves.push({ ref: `refs/heads/${reviewBranch(name)}`, to: undefined, expected });
  await pushAll(context, moves);
  if (made) await followTo(context, commit);
  if (movesTag) await copy.setRef('refs/tags/scheduled', commit);
  return {
    commit,
    isNew: made !== undefined,
    handOver,
    refs: { ...before.refs, state, scheduled, main: commit },
  };
}

async function pushAll({ copy, ci }: ScheduleContext, moves: readonly RefMove[]): Promise<void> {
  try {
    await copy.push(moves, ci.quietPush);
  } catch (cause) {
    if (!isFault(cause)) throw cause;
    const { code, what, why } = cause.problem;
    throw fault('CIS013', {
      what: `the run is not published: ${code} ${what}`,
      ...(why === undefined ? {} : { why }),
      cause,
    });
  }
}

/** The remote has it; a checkout that somebody works in may have to be brought along by hand. */
async function followTo({ copy, report }: ScheduleContext, commit: string): Promise<void> {
  try {
    await copy.moveTo(commit);
  } catch (error) {
    if (!isFault(error)) throw error;
    report({ ...error.problem, severity: 'warning' });
  }
}

function sameFiles(a: ReadonlyMap<string, Uint8Array>, b: ReadonlyMap<string, Uint8Array>): boolean {
  return (
    a.size === b.size &&
    [...a].every(([path, bytes]) => {
      const other = b.get(path);
      return other !== undefined && Buffer.compare(bytes, other) === 0;
    })
  );
}

/** The commit of the run, or the amended last one (specification 7.4). */
async function mainCommit(
  context: ScheduleContext,
  { head, committed, outbox }: Publication,
): Promise<{ readonly id: string; readonly isAmended: boolean }> {
  const { copy, settings, ci } = context;
  const names = committed.map(({ name }) => name);
  const reasons = committed.flatMap(({ name, rebuilds }) =>
    rebuilds.length === 0 ? [] : [`${name}: rebuilt for ${rebuilds.join(', ')}`],
  );
  // what waits names the commit that it is to be built from
  const isAmended = settings.overwriteCommits && outbox.size === 0 && (await mayAmend(context, head));
  const message = settings.overwriteCommits
    ? `${[overwrittenSubject(ci.skipsCi), ...(reasons.length > 0 ? [reasons.join('\n')] : [])].join('\n\n')}\n`
    : packagesMessage('update', names, { reasons, skipsCi: ci.skipsCi });
  const changes = committed.flatMap(({ name, before, after }): readonly FileChange[] =>
    folderChanges(name, before, after),
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
async function mayAmend({ copy, settings, report }: ScheduleContext, head: CommitFacts): Promise<boolean> {
  if (!isOverwritable(head.subject)) return false;
  if (head.authorEmail !== settings.author.email) {
    const what = `the last automatic commit is by '${head.authorName}', so a new one is made instead of amending it`;
    report(problem('CIS007', { what }));
    return false;
  }
  for (const [ref, commit] of await copy.remoteRefs(['refs/heads/*'])) {
    if (ref === `refs/heads/${copy.branch}` || ref === 'refs/heads/state') continue;
    if (await copy.isAncestor(head.id, commit)) {
      const branch = ref.replace('refs/heads/', '');
      report(
        problem('CIS007', { what: `'${branch}' grows from the last automatic commit, so it is not amended` }),
      );
      return false;
    }
  }
  return true;
}
