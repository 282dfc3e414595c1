import type { AttemptRecord, StatementRecord, StoredArtifact } from '../../database/index.ts';
import { isFault, type Problem } from '../../diagnostics/index.ts';
import type { BuildRecord } from '../../model/index.ts';
import { atOnce, type Digest, parseJobId } from '../../primitives/index.ts';
import {
  asJson,
  billOf,
  canonicalJson,
  printEnvelope,
  type RecipeOrigin,
  signedBytes,
  statementOf,
  statementType,
} from '../../provenance/index.ts';
import { ownVersion } from '../build-machine.ts';
import { readBuildRecord } from '../build-records.ts';
import type { Farm } from '../farm.ts';
import { kindOf } from '../recipe-kinds.ts';

/** What a publisher puts beside a package. */
export interface Companion {
  readonly suffix: '.provenance.json' | '.cdx.json';
  readonly object: Digest;
}

/** The companions of a package whose statement is known. */
export const companionsOf = ({ envelope, bill }: StatementRecord): readonly Companion[] => [
  { suffix: '.provenance.json', object: envelope },
  ...(bill === undefined ? [] : [{ suffix: '.cdx.json', object: bill } as const]),
];

/**
 * Makes and signs the statements of artifacts that are about to be published, one for each attempt, and their bills of
 * materials. What was stated before stays as it is, so that a package has one statement for ever. Returns the records by
 * row of the artifact; artifacts of before there were records have none. A record that is damaged or gone keeps nothing
 * from being published: it is told. Throws STO and PUB021 problems.
 */
export async function stateProvenance(
  farm: Farm,
  waiting: readonly StoredArtifact[],
  tell: (problem: Problem) => void,
): Promise<ReadonlyMap<number, StatementRecord>> {
  const known = new Map<number, StatementRecord>();
  const attempts = new Map<number, StoredArtifact['attempt']>();
  for (const { id, attempt, artifact } of waiting) {
    const before = farm.database.provenance.ofArtifact(id);
    if (before) known.set(id, before);
    else if (artifact.record !== undefined) attempts.set(attempt, attempt);
  }
  await atOnce([...attempts.values()], { most: 4 }, async (attempt) => {
    const made = await stateAttempt(farm, attempt, tell);
    if (made.length === 0) return;
    farm.database.transaction(() => {
      for (const one of made) farm.database.provenance.save(one);
    });
    for (const one of made) known.set(one.artifact, one);
  });
  return known;
}

async function stateAttempt(
  farm: Farm,
  attempt: StoredArtifact['attempt'],
  tell: (problem: Problem) => void,
): Promise<readonly StatementRecord[]> {
  const facts = farm.database.attempts.get(attempt);
  const made = farm.database.artifacts.ofAttempt(attempt);
  const digest = made[0]?.artifact.record;
  if (!facts || digest === undefined) return [];
  const record = await recordOrTell(farm, digest, tell);
  if (!record) return [];
  const envelope = await sign(farm, facts, made, record);
  const statements: StatementRecord[] = [];
  for (const stored of made) {
    const bill = await billOfArtifact(farm, stored, record, facts);
    statements.push({ artifact: stored.id, object: stored.artifact.object, record: digest, envelope, bill });
  }
  return statements;
}

async function recordOrTell(
  farm: Farm,
  digest: Digest,
  tell: (problem: Problem) => void,
): Promise<BuildRecord | undefined> {
  try {
    return await readBuildRecord(farm.store, digest);
  } catch (error) {
    if (!isFault(error)) throw error;
    tell({ ...error.problem, severity: 'warning' });
    return undefined;
  }
}

async function sign(
  farm: Farm,
  facts: AttemptRecord,
  made: readonly StoredArtifact[],
  record: BuildRecord,
): Promise<Digest> {
  const subjects = made.map(({ artifact }) => ({ name: artifact.fileName, sha256: artifact.object }));
  const statement = statementOf(subjects, record, {
    ...{ job: facts.job, attempt: facts.id, builder: facts.builder, startedMs: facts.startedMs },
    endedMs: facts.endedMs ?? facts.startedMs,
    log: facts.logPath,
    origin: originOf(farm, facts),
    farmKey: farm.signer.fingerprint,
  });
  const payload = Buffer.from(canonicalJson(asJson(statement)));
  const signature = await farm.signer.signBytes(signedBytes(statementType, payload));
  const signatures = [{ keyid: farm.signer.fingerprint, signature }];
  const text = printEnvelope({ payloadType: statementType, payload, signatures });
  return (await farm.store.putBytes(Buffer.from(text))).digest;
}

/** Where the recipe of an attempt came from; undefined for a folder that is in no source. */
function originOf(farm: Farm, { jobKey }: AttemptRecord): RecipeOrigin | undefined {
  const job = farm.database.jobs.get(jobKey);
  const origin = job && farm.database.plans.get(job.plan)?.origin;
  if (origin?.commit === undefined) return undefined;
  const url = farm.config['recipe-sources'][origin.source]?.url ?? origin.source;
  return { uri: url, commit: origin.commit };
}

async function billOfArtifact(
  farm: Farm,
  { job, artifact }: StoredArtifact,
  record: BuildRecord,
  { endedMs, startedMs }: AttemptRecord,
): Promise<Digest | undefined> {
  const target = parseJobId(job)?.target ?? '';
  const kind = await kindOf(farm, target);
  if (!kind.describeSubject) return undefined;
  const subject = kind.describeSubject(artifact, await farm.store.readBytes(artifact.facts));
  const bill = billOf(subject, record, { madeMs: endedMs ?? startedMs, toolVersion: ownVersion });
  return (await farm.store.putBytes(Buffer.from(`${canonicalJson(bill)}\n`))).digest;
}
