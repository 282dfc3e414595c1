import { buildRecordSchema } from '../api/index.ts';
import type { TravellingObject } from '../builder/index.ts';
import { fault } from '../diagnostics/index.ts';
import type { Artifact, BuildRecord, Outcome, PlannedJob } from '../model/index.ts';
import { type Digest, parseDigest } from '../primitives/index.ts';
import type { ObjectStore } from '../store/index.ts';
import { targetOf } from './attempt-inputs.ts';
import type { Farm } from './farm.ts';

/** Reads the record of a build. Throws STO problems, and BLD032 for an object that is none. */
export async function readBuildRecord(
  store: Pick<ObjectStore, 'readBytes'>,
  digest: Digest,
): Promise<BuildRecord> {
  const text = Buffer.from(await store.readBytes(digest)).toString('utf8');
  const parsed = buildRecordSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data as BuildRecord;
  const [issue] = parsed.error.issues;
  throw notARecord(`it is not understood: ${issue?.path.join('.')}: ${issue?.message}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const notARecord = (why: string): Error => fault('BLD032', { what: `the record of the build: ${why}` });

/** What has to travel with the results of an attempt, so that the manager knows how they were made. */
export async function recordObjects(
  outcome: Outcome,
  store: ObjectStore,
): Promise<readonly TravellingObject[]> {
  const record = outcome.kind === 'succeeded' ? outcome.artifacts[0]?.record : undefined;
  if (record === undefined) return [];
  const { materials } = await readBuildRecord(store, record);
  const roots = materials.flatMap(({ role, digest }) => (role === 'root' ? [digest.sha256 ?? ''] : []));
  const sized = [record, ...roots].map(async (object) => ({
    object,
    sizeBytes: (await store.readBytes(object as Digest)).byteLength,
  }));
  return await Promise.all(sized);
}

/**
 * Artifacts that were read from their bytes, with the record that the builder handed in of their making; as they are
 * when it handed in none. Throws BLD032 for a record of another job, STO problems for one that is not there.
 */
export async function withRecord(
  farm: Pick<Farm, 'store'>,
  job: Pick<PlannedJob, 'id' | 'name' | 'inputDigest'>,
  artifacts: readonly Artifact[],
  claimed: readonly Artifact[],
): Promise<readonly Artifact[]> {
  const digests = [...new Set(claimed.map(({ record }) => record))];
  const [told] = digests;
  if (told === undefined && digests.length <= 1) return artifacts;
  const record = told === undefined ? undefined : parseDigest(told);
  if (record === undefined || digests.length > 1) throw notARecord('the packages of one build have several');
  const { circumstances, recipe } = await readBuildRecord(farm.store, record);
  const { target, arch } = targetOf(job.id);
  if (
    recipe.name !== job.name ||
    recipe.inputDigest !== job.inputDigest ||
    circumstances.target !== target ||
    circumstances.arch !== arch
  ) {
    throw notARecord(
      `it is of '${circumstances.target}/${circumstances.arch}/${recipe.name}', not of this job`,
    );
  }
  return artifacts.map((artifact) => ({ ...artifact, record }));
}
