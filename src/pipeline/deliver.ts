import type { HandOver } from '../api/index.ts';
import { fault, isFault, type Problem, problem } from '../diagnostics/index.ts';
import type { RefMove } from '../git/index.ts';
import { uploadsChange } from './awaited-uploads.ts';
import { deliverUncovered } from './deliver-uncovered.ts';
import { isForward } from './followed-branch.ts';
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
  /** Documents as they were taken: without what an earlier one had asked for. */
  readonly delivered: readonly { readonly document: HandOver; readonly delivery: Delivery }[];
  /** They wait on, oldest first. */
  readonly waiting: readonly HandOver[];
  /** Why, when it is the connection; then no other was tried. */
  readonly outOfReach: Problem | undefined;
  /** Refs of the remote as they are now. */
  readonly refs: RemoteRefs;
}

interface Given {
  /** Instead of those that wait on branch `state`. */
  readonly documents?: readonly HandOver[];
  /** Packages that the AUR then has to get, noted in the same push; undefined: what is noted stays. */
  readonly uploads?: readonly string[] | undefined;
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
  given: Given = {},
): Promise<DeliveryReport> {
  const waiting = given.documents ?? (await waitingDocuments(context, refs));
  const delivered: { document: HandOver; delivery: Delivery }[] = [];
  const kept: HandOver[] = [];
  let outOfReach: Problem | undefined;
  for (const document of waiting) {
    if (outOfReach !== undefined) {
      kept.push(document);
      continue;
    }
    try {
      const taken = await deliverUncovered(context, port, { document, refs });
      delivered.push(taken);
      reportDelivery(context, taken.document, taken.delivery);
    } catch (error) {
      if (!isFault(error)) throw error;
      kept.push(document);
      if (isOutOfReach(error) || error.problem.code === 'CIC023') outOfReach = error.problem;
      else context.report(undeliverable(document, error.problem));
    }
  }
  const now = await settle(context, refs, {
    documents: delivered.map(({ document }) => document),
    uploads: given.uploads,
  });
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
  const now = await settle(context, refs, { documents: given });
  const kept = waiting.filter(({ id }) => !ids.includes(id));
  return { delivered: [], waiting: kept, outOfReach: undefined, refs: now };
}

/** Takes delivered documents out of the outbox and moves the tag, in one push. */
async function settle(
  context: PipelineContext,
  refs: RemoteRefs,
  { documents = [], uploads }: Given,
): Promise<RemoteRefs> {
  if (documents.length === 0) return refs;
  const { copy, ci } = context;
  const moves: RefMove[] = [];
  let { state, scheduled } = refs;
  const changes = await stateChanges(context, refs, { documents, uploads });
  if (changes.size > 0) {
    const { author } = context.repository.settings;
    const [commit] = await copy.writeCommits([stateCommit(state, changes)], author);
    moves.push(stateMove(state, commit as string));
    state = commit;
  }
  for (const { tag } of documents) {
    if (tag !== undefined && (await isForward(copy, { ...refs, scheduled }, tag))) scheduled = tag;
  }
  if (scheduled !== refs.scheduled && scheduled !== undefined) moves.push(tagMove(refs.scheduled, scheduled));
  if (moves.length > 0) await copy.push(moves, ci.quietPush);
  if (scheduled !== undefined && scheduled !== refs.scheduled)
    await copy.setRef('refs/tags/scheduled', scheduled);
  return { ...refs, state, scheduled };
}

/** What was never kept, and a note that is there already, cost no new commit. */
async function stateChanges(
  { copy }: PipelineContext,
  { state }: RemoteRefs,
  { documents = [], uploads }: Given,
): Promise<ReadonlyMap<string, Uint8Array | null>> {
  const paths = documents.map(({ id }) => outboxPath(id));
  const there = state === undefined ? [] : [...(await copy.readFiles(state, paths)).keys()];
  return new Map([
    ...there.map((path) => [path, null] as const),
    ...(await uploadsChange(copy, state, uploads)),
  ]);
}
