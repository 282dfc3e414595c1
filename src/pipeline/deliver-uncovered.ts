import type { HandOver } from '../api/index.ts';
import { fault, isFault } from '../diagnostics/index.ts';
import { evaluatePush } from './evaluate-push.ts';
import { isFollowed } from './followed-branch.ts';
import type { Delivery, HandOverPort } from './hand-over.ts';
import type { PipelineContext } from './pipeline-context.ts';
import { type RecipeRepository, readRecipeRepository } from './recipe-repository.ts';
import type { RemoteRefs } from './state-branch.ts';

/** Answers about earlier documents that are followed up for one document; one is usual. */
const mostRounds = 5;

interface Offer {
  readonly document: HandOver;
  readonly refs: RemoteRefs;
}

/**
 * Delivers a document. Where the manager already has an earlier one that began at the same commit, because its run died
 * before it moved the tag, only what changed after that one is asked for: each change is scheduled once. Returns the
 * document as it was taken; its id stays that of the one that was offered. Throws as `HandOverPort.deliver`.
 */
export async function deliverUncovered(
  context: PipelineContext,
  port: HandOverPort,
  { document, refs }: Offer,
): Promise<{ readonly document: HandOver; readonly delivery: Delivery }> {
  let offered = document;
  for (let round = 0; round < mostRounds; round += 1) {
    const delivery = await port.deliver(offered);
    if (delivery.coveredTo === undefined) return { document: offered, delivery };
    offered = await after(context, { document, refs }, delivery.coveredTo);
  }
  throw fault('SCH005', { what: `the manager knows ever more about '${document.id}' and takes none of it` });
}

/** What is left of a document when all up to a commit was accepted. The clean-up stays: it is a complete list. */
async function after(
  context: PipelineContext,
  { document, refs }: Offer,
  covered: string,
): Promise<HandOver> {
  const { copy, tell } = context;
  const { schedule, ...rest } = document;
  if (!schedule?.commit) return document;
  const { commit } = schedule;
  const short = covered.slice(0, 7);
  const isKnown = covered === commit || (await isFollowed(copy, refs, covered));
  if (isKnown && (await copy.isAncestor(commit, covered))) {
    tell(`the manager has accepted what changed up to ${short} before`);
    // a run for a later commit died, and this one takes its place
    return rest.tag === undefined ? rest : { ...rest, tag: covered };
  }
  const changed =
    isKnown && (await copy.isAncestor(covered, commit)) && (await changedSince(context, { covered, commit }));
  // its commit was taken back, or cannot be compared with: better twice than never
  if (!changed) return { ...document, schedule: { ...schedule, despite: covered } };
  const packages = schedule.packages.filter(({ name }) => changed === 'all' || changed.has(name));
  tell(
    `the manager has accepted what changed up to ${short} before; ${packages.length} packages changed since`,
  );
  if (packages.length === 0) return rest;
  const id = `${schedule.id}-${covered.slice(0, 12)}`;
  return { ...rest, schedule: { ...schedule, id, since: covered, packages } };
}

/** Packages that a range of commits changes or marks; undefined when that cannot be told. */
async function changedSince(
  context: PipelineContext,
  { covered, commit }: { readonly covered: string; readonly commit: string },
): Promise<ReadonlySet<string> | 'all' | undefined> {
  try {
    const repository = await repositoryAt(context, commit);
    // what there is to say of the whole range was said when the document was made
    const { all, packages } = await evaluatePush(
      { ...context, repository, report: () => undefined },
      covered,
    );
    return all ? 'all' : new Set(packages.map(({ name }) => name));
  } catch (error) {
    if (!isFault(error)) throw error;
    return undefined;
  }
}

async function repositoryAt(
  { copy, repository }: PipelineContext,
  commit: string,
): Promise<RecipeRepository> {
  return commit === repository.commit
    ? repository
    : await readRecipeRepository(copy, commit, () => undefined);
}
