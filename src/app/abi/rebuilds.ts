import type { RebuildRecord, StoredArtifact } from '../../database/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { type JobId, jobId } from '../../primitives/index.ts';
import { successesOf, type TargetRef } from '../artifacts-at-hand.ts';
import type { Farm } from '../farm.ts';
import { detailOf, printDetail, type RebuildDetail } from './rebuild-detail.ts';

type RebuildFarm = Pick<Farm, 'database' | 'clock'>;

/** A recipe that has to be built anew, and how far that is. */
export interface RebuildPart {
  readonly base: string;
  readonly packages: RebuildDetail['rebuild'][number]['packages'];
  readonly because: RebuildDetail['rebuild'][number]['because'];
  readonly after: readonly string[];
  /** State of its newest job; undefined when nothing was asked for yet. */
  readonly state: string | undefined;
  readonly reason: string | undefined;
}

/** A rebuild for people and programs. */
export interface ShownRebuild {
  readonly id: number;
  readonly target: string;
  readonly arch: string;
  /** `stalled`: all that was asked for has ended, and something is missing still. */
  readonly state: RebuildRecord['state'] | 'stalled';
  readonly createdMs: number;
  readonly changedMs: number;
  readonly held: RebuildDetail['held'];
  readonly libraries: RebuildDetail['libraries'];
  readonly rebuild: readonly RebuildPart[];
  readonly generation: number | undefined;
  readonly by: string | undefined;
}

const isOpen = ({ state }: RebuildRecord): boolean =>
  state === 'waiting' || state === 'building' || state === 'released';

/** A record with what its jobs do now. */
export function showRebuild(farm: Pick<Farm, 'database'>, record: RebuildRecord): ShownRebuild {
  const { id, target, arch, createdMs, changedMs } = record;
  const detail = detailOf(record);
  const { jobs } = farm.database;
  const rebuild = detail.rebuild.map((one): RebuildPart => {
    const job = jobId({ target, arch, name: one.base });
    const wasAsked = detail.asked.includes(one.base);
    const newest = jobs.openWithId(job)[0] ?? (wasAsked ? jobs.newestWithId(job) : undefined);
    return { ...one, state: newest?.state, reason: newest?.reason || undefined };
  });
  const isAtWork = rebuild.some(
    ({ state }) => state === 'waiting' || state === 'ready' || state === 'running',
  );
  const state = record.state === 'building' && !isAtWork && rebuild.length > 0 ? 'stalled' : record.state;
  const { held, libraries, generation, by } = detail;
  return { id, target, arch, state, createdMs, changedMs, held, libraries, rebuild, generation, by };
}

/** Rebuilds, newest first; `open`: only those that are not over. */
export function listRebuilds(
  farm: Pick<Farm, 'database'>,
  { open, limit = 100 }: { readonly open: boolean; readonly limit?: number },
): readonly ShownRebuild[] {
  const records = farm.database.rebuilds.newest(limit);
  return records.filter((one) => !open || isOpen(one)).map((one) => showRebuild(farm, one));
}

/** One that is not over. Throws ABI003. */
export function openRebuild(farm: Pick<Farm, 'database'>, id: number): RebuildRecord {
  const record = farm.database.rebuilds.get(id);
  if (!record) throw fault('ABI003', { what: `there is no rebuild ${id}` });
  if (!isOpen(record)) throw fault('ABI003', { what: `rebuild ${id} is over: ${record.state}` });
  return record;
}

/** Says yes: what still has to be built anew was asked for by somebody. Returns its recipes, in order. */
export function agreeToRebuild(farm: RebuildFarm, id: number, by: string | undefined): readonly string[] {
  const record = openRebuild(farm, id);
  const detail = detailOf(record);
  const bases = detail.rebuild.map(({ base }) => base);
  change(farm, record, 'building', {
    ...detail,
    asked: [...new Set([...detail.asked, ...bases])],
    ...(by === undefined ? {} : { by }),
  });
  return bases;
}

/** Lets what is held back go out as it is, with what it breaks. */
export function releaseRebuild(farm: RebuildFarm, id: number, by: string | undefined): void {
  const record = openRebuild(farm, id);
  change(farm, record, 'released', { ...detailOf(record), ...(by === undefined ? {} : { by }) });
}

/** Jobs of what was asked to be built anew for a rebuild. */
export function jobsAskedFor(record: RebuildRecord): readonly JobId[] {
  const { target, arch } = record;
  return detailOf(record).asked.map((name) => jobId({ target, arch, name }));
}

/**
 * Throws away what is held back and what was built for it since: it will never be published, and the farm builds against what
 * is published again, as if the builds had not been.
 */
export function dropRebuild(farm: RebuildFarm, id: number, by: string | undefined): void {
  const record = openRebuild(farm, id);
  const detail = detailOf(record);
  const { artifacts } = farm.database;
  farm.database.transaction(() => {
    const held = new Set(detail.held.map(({ attempt }) => attempt));
    const asked = new Set(jobsAskedFor(record));
    const waiting = artifacts.unpublished().filter(({ attempt, job }) => held.has(attempt) || asked.has(job));
    artifacts.markPublished(
      waiting.map(({ id: row }) => row),
      0,
    );
    for (const { base: name } of detail.held)
      asked.add(jobId({ target: record.target, arch: record.arch, name }));
    for (const job of asked) goBack(farm, job);
    change(farm, record, 'dropped', { ...detail, ...(by === undefined ? {} : { by }) });
  });
}

/**
 * Throws away results that were being built for a rebuild while it was dropped: they were made against what is not published.
 * Returns the others.
 */
export function dropLate(
  farm: Pick<Farm, 'database'>,
  { target, arch }: TargetRef,
  waiting: readonly StoredArtifact[],
): readonly StoredArtifact[] {
  const { artifacts, attempts, rebuilds } = farm.database;
  const begun = new Map(
    waiting.map(({ attempt }) => [attempt, attempts.get(attempt)?.startedMs ?? Number.MAX_SAFE_INTEGER]),
  );
  const dropped = rebuilds.droppedSince(target, arch, Math.min(...begun.values()));
  const late = waiting.filter(({ attempt, job }) =>
    dropped.some((one) => (begun.get(attempt) ?? 0) <= one.changedMs && jobsAskedFor(one).includes(job)),
  );
  if (late.length === 0) return waiting;
  farm.database.transaction(() => {
    artifacts.markPublished(
      late.map(({ id }) => id),
      0,
    );
    for (const job of new Set(late.map((one) => one.job))) goBack(farm, job);
  });
  return waiting.filter((one) => !late.includes(one));
}

/** The newest success of a job that was published becomes its last one again. */
function goBack(farm: Pick<Farm, 'database'>, job: JobId): void {
  const { attempts, inventory, jobs } = farm.database;
  for (const made of successesOf(farm, job)) {
    const [first] = made;
    if (!first || !made.some(({ generation }) => (generation ?? 0) > 0)) continue;
    const attempt = attempts.get(first.attempt);
    if (!attempt) return;
    const { inputDigest } = jobs.planned(attempt.jobKey);
    inventory.succeeded(job, { inputDigest, ...factsOf(made) }, first.attempt);
    return;
  }
}

function factsOf(made: readonly StoredArtifact[]) {
  const all = (of: (one: StoredArtifact) => readonly string[]): string[] =>
    [...new Set(made.flatMap(of))].sort();
  return {
    version: made[0]?.artifact.version ?? '',
    outputs: made.map(({ artifact }) => artifact.name),
    providedSonames: all(({ artifact }) => artifact.providedSonames),
    neededSonames: all(({ artifact }) => artifact.neededSonames),
  };
}

function change(
  farm: RebuildFarm,
  { id }: RebuildRecord,
  state: RebuildRecord['state'],
  detail: RebuildDetail,
): void {
  farm.database.rebuilds.update(id, { state, changedMs: farm.clock.nowMs(), detail: printDetail(detail) });
}
