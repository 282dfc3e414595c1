import type { HandOver } from '../api/index.ts';
import { fault, type Problem, problem } from '../diagnostics/index.ts';
import type { RequestedPackage } from '../formats/pkgbuild-repo/index.ts';
import { awaitedUploads, finishUploads, type UploadToAur } from './awaited-uploads.ts';
import type { DeliveryReport } from './deliver.ts';
import { deliverFirst, deliverOrKeep } from './deliver-now.ts';
import { evaluatePush, type PushMeaning } from './evaluate-push.ts';
import { isFollowed, isForward } from './followed-branch.ts';
import { type HandOverPort, makeHandOver, packagesOf } from './hand-over.ts';
import type { PipelineContext } from './pipeline-context.ts';
import { preparePackages } from './request-packages.ts';
import { type RemoteRefs, tagMove } from './state-branch.ts';

/** What a run on a push is asked for. */
export interface OnCommitOptions {
  /** The way to the manager; undefined: documents are only left in the outbox (`--hand-over`). */
  readonly port: HandOverPort | undefined;
  /**
   * Uploads packages to the AUR where the repository manages it, once their builds are scheduled or wait to be
   * (specification 5.4, 10.1); also those that an earlier run did not get to.
   */
  readonly uploadToAur?: UploadToAur | undefined;
}

/** What a run on a push did. */
export interface OnCommitReport {
  readonly commit: string;
  /** The commit that was compared with; undefined: only `HEAD` counted. */
  readonly base: string | undefined;
  readonly packages: readonly RequestedPackage[];
  readonly removed: readonly string[];
  /** `scheduled`: the manager has it; `waiting`: it is in the outbox; `nothing`: there was nothing to do. */
  readonly outcome: 'nothing' | 'scheduled' | 'waiting';
  /** The tag as it is now. */
  readonly scheduled: string | undefined;
  /** Why the manager has not got it. */
  readonly outOfReach: Problem | undefined;
}

/**
 * The pipeline of a push (specification 5): delivers what waits, reads messages and changed folders since tag
 * `scheduled`, hands one document to the manager, then moves the tag. When nobody answers, the document waits on branch
 * `state` instead and the tag stays. Throws CIC004, CIC005 (deploy markers), CIC012 (no package is left), GIT problems.
 */
export async function onCommit(context: PipelineContext, options: OnCommitOptions): Promise<OnCommitReport> {
  const { repository } = context;
  for (const found of repository.problems) context.report(found);
  const startedMs = context.clock.nowMs();
  const before = await deliverFirst(context, options.port);
  const isNewest = before.refs.main === repository.commit;
  const base = await baseOf(context, before);
  if (base === 'looked at') {
    // an old commit's recipes would replace newer ones
    const refs = isNewest ? await uploadAwaited(context, options, before.refs) : before.refs;
    return report(context, { ...before, refs }, { base: repository.commit, outcome: 'nothing' });
  }
  const meaning = await evaluatePush(context, base);
  const { document, managed } = await documentOf(context, meaning, {
    base,
    // nothing newer was there to be added and deployed when the refs were read
    trueAtMs: isNewest ? startedMs : undefined,
  });
  if (!document.schedule && !document.cleanup && before.waiting.length === 0) {
    context.tell('nothing to build');
    const refs = await uploadAwaited(context, options, await moveTag(context, before.refs));
    return report(context, { ...before, refs }, { base, outcome: 'nothing' });
  }
  return await handOver(context, options, { before, base, meaning, document, managed });
}

/** Uploads what earlier runs did not get to. */
async function uploadAwaited(
  context: PipelineContext,
  { uploadToAur: upload }: OnCommitOptions,
  refs: RemoteRefs,
): Promise<RemoteRefs> {
  const names = await awaitedUploads(context, refs);
  return await finishUploads(context, refs, { names, commit: context.repository.commit, upload });
}

/**
 * The commit to compare with: where the tag is, or will be once what waits is delivered; undefined without either.
 * `looked at` when the tag is ahead on the branch, or there already.
 */
async function baseOf(
  context: PipelineContext,
  before: DeliveryReport,
): Promise<string | undefined | 'looked at'> {
  const { copy, repository } = context;
  const { refs } = before;
  const head = repository.commit;
  const base = await comingTag(context, before);
  if (base === head) {
    context.tell('no commits since the last run');
    return 'looked at';
  }
  if (base === undefined) {
    context.report(problem('CIC013', { what: "there is no tag 'scheduled'; only the newest commit counts" }));
    return undefined;
  }
  await copy.deepenTo(base);
  if (await copy.isAncestor(base, head)) return base;
  // a force push that takes commits back makes an ancestor of the tag the newest commit
  if ((await copy.isAncestor(head, base)) && (await isFollowed(copy, refs, base))) {
    context.report(problem('CIC032', { what: `commit ${head.slice(0, 7)} was looked at by a later run` }));
    return 'looked at';
  }
  if ((await copy.resolve([`${base}^{commit}`])).size === 0) {
    const what = `the commit ${base.slice(0, 7)} of tag 'scheduled' cannot be had; only the newest commit counts`;
    context.report(problem('CIC014', { what }));
    return undefined;
  }
  context.report(
    problem('CIC014', {
      what: `tag 'scheduled' (${base.slice(0, 7)}) is no ancestor of ${head.slice(0, 7)}`,
    }),
  );
  return base;
}

/** A document that waits counts only where it moves the tag forward: its commit may be old, or dropped by a force push. */
async function comingTag(
  { copy }: PipelineContext,
  { refs, waiting }: DeliveryReport,
): Promise<string | undefined> {
  let { scheduled } = refs;
  for (const { tag } of waiting) {
    if (tag !== undefined && (await isForward(copy, { ...refs, scheduled }, tag))) scheduled = tag;
  }
  return scheduled;
}

interface Moment {
  readonly base: string | undefined;
  /** When `HEAD` was known to be the newest commit, ms since the epoch; undefined: it is not. */
  readonly trueAtMs: number | undefined;
}

async function documentOf(
  context: PipelineContext,
  meaning: PushMeaning,
  { base, trueAtMs }: Moment,
): Promise<{ readonly document: HandOver; readonly managed: readonly string[] }> {
  const { copy, repository, clock, ci } = context;
  const wanted = meaning.all
    ? repository.packages.map((name) => meaning.packages.find((asked) => asked.name === name) ?? { name })
    : meaning.packages;
  const isCleanUp = meaning.removed.length > 0;
  if (isCleanUp && repository.packages.length === 0) {
    throw fault('CIC012', {
      what: `no package is left; the clean-up after '${meaning.removed.join("', '")}' is refused`,
    });
  }
  const { packages, managed, problems } = await preparePackages(copy, repository, wanted);
  for (const found of problems) context.report(found);
  const nowMs = clock.nowMs();
  const document = makeHandOver({
    settings: repository.settings,
    commit: repository.commit,
    movesTag: true,
    since: base,
    createdMs: nowMs,
    pipeline: ci.pipeline,
    packages,
    // taking commits back can ask for what was asked at this commit before, and is meant anew
    nonce: base !== undefined && !(await copy.isAncestor(base, repository.commit)) ? base : undefined,
    ...(isCleanUp
      ? { keep: repository.packages, keepAsOfMs: trueAtMs ?? (await commitTime(context, nowMs)) }
      : {}),
  });
  return { document, managed };
}

/** A list of packages that is not the newest is as old as its commit: what a later commit added and had deployed must stay. */
async function commitTime({ copy, repository }: PipelineContext, nowMs: number): Promise<number> {
  const [head] = await copy.commitsBetween(undefined, repository.commit);
  return Math.min(head?.committedMs ?? nowMs, nowMs);
}

interface Ready {
  readonly before: DeliveryReport;
  readonly base: string | undefined;
  readonly meaning: PushMeaning;
  readonly document: HandOver;
  /** Packages of the document that the AUR gets. */
  readonly managed: readonly string[];
}

async function handOver(
  context: PipelineContext,
  { port, uploadToAur: upload }: OnCommitOptions,
  { before, base, meaning, document, managed }: Ready,
): Promise<OnCommitReport> {
  const { commit, settings } = context.repository;
  const isUploading = settings.managesAur && upload !== undefined;
  const names = isUploading ? [...(await awaitedUploads(context, before.refs)), ...managed] : [];
  const uploads = isUploading ? names : undefined;
  const now = await deliverOrKeep(context, port, { before, document, uploads });
  // what is left when the manager had a part of it from a run that died
  const taken = now.delivered.find(({ document: { id } }) => id === document.id)?.document ?? document;
  const refs = await finishUploads(context, now.refs, { names, commit, upload });
  return report(
    context,
    { ...now, refs },
    {
      base: taken.schedule?.since ?? base,
      packages: packagesOf(taken),
      removed: meaning.removed,
      outcome: now.waiting.length === 0 ? 'scheduled' : 'waiting',
    },
  );
}

/** Moves tag `scheduled` to `HEAD` where that is a step forward. */
async function moveTag(context: PipelineContext, refs: RemoteRefs): Promise<RemoteRefs> {
  const { copy, repository, ci } = context;
  const head = repository.commit;
  if (!(await isForward(copy, refs, head))) return refs;
  await copy.push([tagMove(refs.scheduled, head)], ci.quietPush);
  await copy.setRef('refs/tags/scheduled', head);
  return { ...refs, scheduled: head };
}

function report(
  { repository }: PipelineContext,
  { refs, outOfReach }: Pick<DeliveryReport, 'refs' | 'outOfReach'>,
  told: Partial<Pick<OnCommitReport, 'packages' | 'removed'>> & Pick<OnCommitReport, 'base' | 'outcome'>,
): OnCommitReport {
  return {
    commit: repository.commit,
    packages: [],
    removed: [],
    ...told,
    scheduled: refs.scheduled,
    outOfReach,
  };
}
