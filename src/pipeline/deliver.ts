import type { HandOver } from '../api/index.ts';
import { fault, isFault, type Problem, problem } from '../diagnostics/index.ts';
import type { RefMove, WorkingCopy } from '../git/index.ts';
import {
  type Delivery,
  type HandOverPort,
  isOutOfReach,
  outboxFolder,
  outboxPath,
  readOutbox,
} from './hand-over.ts';
import type { PipelineContext } from './pipeline-context.ts';
import { type RemoteRefs, stateCommit, stateMove, tagMove } from './state-branch.ts';

/** What came of delivering the documents that waited. */
export interface DeliveryReport {
  readonly delivered: readonly { readonly document: HandOver; readonly delivery: Delivery }[];
  /** They wait on, oldest first. */
  readonly waiting: readonly HandOver[];
  /** Why, when it is the connection; then no other was tried. */
  readonly outOfReach: Problem | undefined;
  /** Refs of the remote as they are now. */
  readonly refs: RemoteRefs;
}

/** Reads the documents that wait on branch `state`, oldest first; unreadable ones are reported (CIC016). */
export async function waitingDocuments(
  context: PipelineContext,
  refs: RemoteRefs,
): Promise<readonly HandOver[]> {
  if (refs.state === undefined) return [];
  const { waiting, problems } = await readOutbox(await context.copy.readFolder(refs.state, outboxFolder));
  for (const found of problems) context.report(found);
  return waiting;
}

/**
 * Delivers what waits, oldest first. Each accepted document leaves the outbox, and its commit becomes `scheduled` when
 * that is a step forward, all in one atomic push at the end. When nobody answers the rest waits on; a document that the
 * manager refuses as a whole (an unknown target) stays too and is reported, and the others go on.
 * Throws GIT problems when the push fails: the documents then are delivered once more, which the manager recognises.
 */
export async function deliverWaiting(
  context: PipelineContext,
  port: HandOverPort,
  refs: RemoteRefs,
  documents?: readonly HandOver[],
): Promise<DeliveryReport> {
  const waiting = documents ?? (await waitingDocuments(context, refs));
  const delivered: { document: HandOver; delivery: Delivery }[] = [];
  const kept: HandOver[] = [];
  let outOfReach: Problem | undefined;
  for (const document of waiting) {
    if (outOfReach !== undefined) {
      kept.push(document);
      continue;
    }
    try {
      const delivery = await port.deliver(document);
      delivered.push({ document, delivery });
      reportDelivery(context, document, delivery);
    } catch (error) {
      if (!isFault(error)) throw error;
      kept.push(document);
      if (isOutOfReach(error) || error.problem.code === 'CIC023') outOfReach = error.problem;
      else context.report(undeliverable(document, error.problem));
    }
  }
  const now = await settle(
    context,
    refs,
    delivered.map(({ document }) => document),
  );
  return { delivered, waiting: kept, outOfReach, refs: now };
}

function undeliverable(document: HandOver, refusal: Problem): Problem {
  return problem('CIC031', {
    what: `the manager refuses hand-over '${document.id}': ${refusal.code} ${refusal.what}`,
    ...(refusal.next === undefined ? {} : { next: refusal.next }),
  });
}

/** Says what the manager did not take of a document (CIC018, and its own problem of a clean-up). */
export function reportDelivery(context: PipelineContext, document: HandOver, delivery: Delivery): void {
  const { accepted, refused, removed, spared = [], cleanupRefused } = delivery;
  if (document.schedule) context.tell(`scheduled ${accepted.length} of ${document.schedule.packages.length}`);
  if (document.cleanup && !cleanupRefused) context.tell(`cleaned up ${removed.length}`);
  if (spared.length > 0) {
    context.tell(
      `not cleaned up, as they were deployed after the list was made: ${spared.join(', ')} (the next clean-up takes them)`,
    );
  }
  for (const { name, what, next } of refused) {
    context.report(
      problem('CIC018', { what: `'${name}' was refused: ${what}`, ...(next === undefined ? {} : { next }) }),
    );
  }
  if (cleanupRefused) context.report(cleanupRefused);
}

/** Gives up hand-overs by id: they leave the outbox undelivered, and the tag stays. Throws CIC034 for an id that does not wait. */
export async function discardWaiting(
  context: PipelineContext,
  refs: RemoteRefs,
  ids: readonly string[],
): Promise<DeliveryReport> {
  const waiting = await waitingDocuments(context, refs);
  const unknown = ids.find((id) => !waiting.some((document) => document.id === id));
  if (unknown !== undefined) throw fault('CIC034', { what: `no hand-over '${unknown}' waits` });
  const given = waiting.filter(({ id }) => ids.includes(id)).map(({ tag: _, ...document }) => document);
  const now = await settle(context, refs, given);
  const kept = waiting.filter(({ id }) => !ids.includes(id));
  return { delivered: [], waiting: kept, outOfReach: undefined, refs: now };
}

/** Takes delivered documents out of the outbox and moves the tag, in one push. */
async function settle(
  context: PipelineContext,
  refs: RemoteRefs,
  delivered: readonly HandOver[],
): Promise<RemoteRefs> {
  if (delivered.length === 0) return refs;
  const { copy, ci } = context;
  const moves: RefMove[] = [];
  let { state, scheduled } = refs;
  if (state !== undefined) {
    const paths = delivered.map(({ id }) => outboxPath(id));
    const there = [...(await copy.readFiles(state, paths)).keys()];
    // what was never kept costs no new commit
    if (there.length > 0) {
      const removed = new Map(there.map((path) => [path, null]));
      const { author } = context.repository.settings;
      const [commit] = await copy.writeCommits([stateCommit(state, removed)], author);
      moves.push(stateMove(state, commit as string));
      state = commit;
    }
  }
  for (const { tag } of delivered) {
    if (tag !== undefined && (await isForward(copy, { ...refs, scheduled }, tag))) scheduled = tag;
  }
  if (scheduled !== refs.scheduled && scheduled !== undefined) moves.push(tagMove(refs.scheduled, scheduled));
  if (moves.length > 0) await copy.push(moves, ci.quietPush);
  if (scheduled !== undefined && scheduled !== refs.scheduled)
    await copy.setRef('refs/tags/scheduled', scheduled);
  return { ...refs, state, scheduled };
}

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
