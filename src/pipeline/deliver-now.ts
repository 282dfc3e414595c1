import type { HandOver } from '../api/index.ts';
import { uploadsChange } from './awaited-uploads.ts';
import { type DeliveryReport, deliverWaiting, waitingDocuments } from './deliver.ts';
import { type HandOverPort, outboxBytes, outboxPath } from './hand-over.ts';
import type { PipelineContext } from './pipeline-context.ts';
import { fetchRemoteRefs, type RemoteRefs, stateCommit, stateMove } from './state-branch.ts';

/**
 * The beginning of each run: refs of the remote, unless they are known, and what waits is delivered; without a port it
 * only is looked at.
 */
export async function deliverFirst(
  context: PipelineContext,
  port: HandOverPort | undefined,
  known?: RemoteRefs,
): Promise<DeliveryReport> {
  const refs = known ?? (await fetchRemoteRefs(context.copy));
  const waiting = await waitingDocuments(context, refs);
  if (port && waiting.length > 0) return await deliverWaiting(context, port, refs, { documents: waiting });
  return { delivered: [], waiting, outOfReach: undefined, refs };
}

/**
 * The end of a run: the document is delivered, or waits on branch `state` when there is no port, or nobody answers it or
 * answered before. `waiting` of the report then holds it.
 */
export async function deliverOrKeep(
  context: PipelineContext,
  port: HandOverPort | undefined,
  given: {
    readonly before: DeliveryReport;
    readonly document: HandOver;
    /** Packages that the AUR then has to get; undefined: what is noted stays. */
    readonly uploads?: readonly string[] | undefined;
  },
): Promise<DeliveryReport> {
  const { before, document, uploads } = given;
  const isOpen = port !== undefined && before.outOfReach === undefined;
  const now = isOpen
    ? await deliverWaiting(context, port, before.refs, { documents: [document], uploads })
    : { ...before, waiting: [document] };
  if (now.waiting.length === 0) return now;
  return { ...now, refs: await keepInOutbox(context, now.refs, { document, uploads }) };
}

/** Leaves a document on branch `state`; one that is there already stays as it is. */
async function keepInOutbox(
  context: PipelineContext,
  refs: RemoteRefs,
  { document, uploads }: { readonly document: HandOver; readonly uploads: readonly string[] | undefined },
): Promise<RemoteRefs> {
  const { copy, repository, ci } = context;
  const entries = new Map([
    [outboxPath(document.id), outboxBytes(document)] as const,
    ...(await uploadsChange(copy, refs.state, uploads)),
  ]);
  const [state] = await copy.writeCommits([stateCommit(refs.state, entries)], repository.settings.author);
  await copy.push([stateMove(refs.state, state as string)], ci.quietPush);
  context.tell(`hand-over ${document.id} waits on branch 'state'`);
  return { ...refs, state };
}
