import type {
  PackageFiles,
  PackageHistory,
  PackageList,
  PackageProvenance,
  PackageRow,
  PackageView,
  VerdictList,
} from '../../api/index.ts';
import type { PackageRecord, StoredArtifact, VerdictRecord } from '../../database/index.ts';
import { fault } from '../../diagnostics/index.ts';
import type { JobStateName } from '../../model/index.ts';
import { type Digest, type JobId, jobId, parseJobId } from '../../primitives/index.ts';
import { readEnvelope, readStatement } from '../../provenance/index.ts';
import { successesOf } from '../artifacts-at-hand.ts';
import { KeptAnswer } from '../dashboard/kept-answer.ts';
import type { Farm } from '../farm.ts';
import { findBuilt } from '../provenance/find-built.ts';
import { Neighbours } from './neighbours.ts';
import { PackageContents } from './package-contents.ts';

/** Which recipe is meant; what is left out is the farm's own, or the first that there is. */
export interface RecipeName {
  readonly name: string;
  readonly target?: string | undefined;
  readonly arch?: string | undefined;
}

export interface PackageFilter {
  readonly target?: string | undefined;
  readonly arch?: string | undefined;
  readonly state?: JobStateName | undefined;
  /** Part of a name, in any case. */
  readonly q?: string | undefined;
}

/** What may be seen of packages. All of it reads the record and the store, and changes nothing. */
export interface PackageLook {
  list(filter: PackageFilter): PackageList;
  /** Throws PRV002 when nobody ever built a recipe of this name. */
  view(which: RecipeName): PackageView;
  /** Throws PRV002. */
  history(which: RecipeName, limit: number): PackageHistory;
  /** Throws PRV002 for a file that is not one of this name, STO problems for one that is gone. */
  files(name: string, object: Digest, before: Digest | undefined): Promise<PackageFiles>;
  /** What came of building packages once more, newest first. */
  verdicts(limit: number): VerdictList;
  /** Throws PRV002 where there is no statement, STO problems. */
  provenance(which: RecipeName & { output?: string; version?: string }): Promise<PackageProvenance>;
}

const verdictWords = (word: string | undefined): PackageRow['verdict'] =>
  word === 'reproduced' || word === 'differs' || word === 'cannot' ? word : null;

/** Reads what pages of packages show. */
export function packageLook(farm: Farm): PackageLook {
  const neighbours = new Neighbours(farm);
  const contents = new PackageContents(farm);
  const find = (which: RecipeName): PackageRecord => findRecord(farm, which);
  const rows = new KeptAnswer(
    farm.clock,
    () => farm.database.events.last(),
    () => allRows(farm),
  );
  return {
    list: (filter) => ({ packages: filtered(rows.get(), filter) }),
    view: (which) => viewOf(farm, neighbours, find(which)),
    history: (which, limit) => historyOf(farm, find(which).job, limit),
    files: async (name, object, before) => {
      await requireOwn(farm, name, [object, ...(before === undefined ? [] : [before])]);
      return await contents.files(object, before);
    },
    verdicts: (limit) => ({ verdicts: verdictRows(farm, limit) }),
    provenance: async (which) => await provenanceOf(farm, which, find(which)),
  };
}

function rowOf(record: PackageRecord, verdicts: ReadonlyMap<number, string>): PackageRow {
  const { target = '', arch = '', name = '' } = parseJobId(record.job) ?? {};
  const { success, attempt, generation } = record;
  const out = generation === undefined ? 'waiting' : generation === 0 ? 'refused' : 'yes';
  return {
    ...{ target, arch, name, version: success?.version ?? null, state: record.state ?? null },
    builtMs: record.builtMs ?? null,
    durationMs: record.durationMs ?? null,
    sizeBytes: record.sizeBytes ?? null,
    published: record.sizeBytes === undefined ? 'no' : out,
    verdict: verdictWords(attempt === undefined ? undefined : verdicts.get(attempt)),
  };
}

function allRows(farm: Farm): readonly PackageRow[] {
  const verdicts = farm.database.packages.verdicts();
  return farm.database.packages.all().map((record) => rowOf(record, verdicts));
}

function filtered(rows: readonly PackageRow[], { target, arch, state, q }: PackageFilter): PackageRow[] {
  const part = q?.toLowerCase();
  return rows.filter(
    (row) =>
      (target === undefined || row.target === target) &&
      (arch === undefined || row.arch === arch) &&
      (state === undefined || row.state === state) &&
      (part === undefined || row.name.toLowerCase().includes(part)),
  );
}

/** Recipes of a name, the farm's own first. */
function recordsOf(farm: Farm, { name, target, arch }: RecipeName): readonly PackageRecord[] {
  const own = jobId({ target: farm.config.repository, arch: farm.config.arch, name });
  const found = farm.database.packages.ofName(name).filter(({ job }) => {
    const parts = parseJobId(job);
    return (target === undefined || parts?.target === target) && (arch === undefined || parts?.arch === arch);
  });
  return [...found].sort((a, b) => Number(b.job === own) - Number(a.job === own));
}

function findRecord(farm: Farm, which: RecipeName): PackageRecord {
  const [found] = recordsOf(farm, which);
  if (found) return found;
  // a package of a recipe with another name
  const [artifact] = farm.database.artifacts.ofName(which.name, 1);
  const parts = artifact && parseJobId(artifact.job);
  const [behind] = parts ? recordsOf(farm, parts) : [];
  if (behind) return behind;
  throw fault('PRV002', { what: `nobody has built a package '${which.name}'` });
}

function viewOf(farm: Farm, neighbours: Neighbours, record: PackageRecord): PackageView {
  const { database } = farm;
  const row = rowOf(record, database.packages.verdicts());
  const others = recordsOf(farm, { name: row.name }).flatMap(({ job }) => {
    const parts = parseJobId(job);
    return parts && job !== record.job ? [{ target: parts.target, arch: parts.arch }] : [];
  });
  const newest = database.jobs.newestWithId(record.job);
  const artifacts = record.attempt === undefined ? [] : database.artifacts.ofAttempt(record.attempt);
  return {
    ...row,
    kind: newest ? database.jobs.planned(newest.key).kind : null,
    reason: record.reason,
    others,
    made: artifacts.map((stored) => madeOf(farm, stored)),
    ...neighbours.of(record.job),
  };
}

function madeOf(farm: Farm, { id, artifact }: StoredArtifact): PackageView['made'][number] {
  const { name, version, fileName, sizeBytes, object, depends, provides } = artifact;
  const statement = farm.database.provenance.ofArtifact(id);
  const verdict = farm.database.provenance.verdict(object);
  return {
    ...{ name, version, fileName, sizeBytes, sha256: object, depends: [...depends], provides: [...provides] },
    providedSonames: [...artifact.providedSonames],
    neededSonames: [...artifact.neededSonames],
    hasStatement: statement !== undefined,
    hasBill: statement?.bill !== undefined,
    verdict: verdict ? shownVerdict(verdict) : null,
  };
}

function verdictRows({ database }: Farm, limit: number): VerdictList['verdicts'] {
  return database.provenance.verdicts(limit).flatMap((row) => {
    const stored = database.artifacts
      .ofAttempt(row.attempt)
      .find(({ artifact }) => artifact.object === row.object);
    const parts = stored && parseJobId(stored.job);
    if (!stored || !parts) return [];
    const { missing, differences } = shownVerdict(row);
    const { name, version } = stored.artifact;
    return [
      {
        ...{ target: parts.target, arch: parts.arch, recipe: parts.name, name, version, atMs: row.atMs },
        verdict: row.verdict,
        first: differences[0]?.path ?? missing[0] ?? null,
        differences: differences.length,
      },
    ];
  });
}

function shownVerdict({ verdict, atMs, details }: VerdictRecord) {
  const found = JSON.parse(details) as Pick<
    NonNullable<PackageView['made'][number]['verdict']>,
    'missing' | 'differences' | 'diffoscope' | 'surroundings'
  >;
  return { verdict, atMs, ...found };
}

function historyOf({ database }: Farm, job: JobId, limit: number): PackageHistory {
  const attempts = database.attempts.ofJob(job, limit);
  const sums = new Map(
    database.packages.sums(attempts.map(({ id }) => id)).map((sum) => [sum.attempt, sum] as const),
  );
  return {
    attempts: attempts.map((attempt) => {
      const { id, jobKey, builder, startedMs, endedMs, durationMs, outcome, logPath } = attempt;
      const sum = sums.get(id);
      const problem = outcome?.kind === 'failed' ? outcome.problem : undefined;
      const plan = database.jobs.get(jobKey)?.plan;
      const said = outcome && 'reason' in outcome ? outcome.reason : undefined;
      return {
        ...{ attempt: id, plan: plan ?? null, builder, startedMs, endedMs: endedMs ?? null },
        ...{ durationMs: durationMs ?? null, outcome: outcome?.kind ?? null, code: problem?.code ?? null },
        what: problem?.what ?? said ?? null,
        version: sum?.version ?? null,
        sizeBytes: sum?.sizeBytes ?? null,
        generation: sum?.generation ?? null,
        log: logPath === undefined ? null : `/logs/${job}?attempt=${id}`,
      };
    }),
    versions: versionsOf(
      database,
      attempts.map(({ id }) => id).filter((id) => sums.has(id)),
    ),
  };
}

/** At most so many successes are offered for comparison. */
const mostVersions = 30;

function versionsOf(
  database: Farm['database'],
  attempts: readonly StoredArtifact['attempt'][],
): PackageHistory['versions'] {
  const seen = new Set<string>();
  return attempts.slice(0, mostVersions).flatMap((attempt) =>
    database.artifacts.ofAttempt(attempt).flatMap(({ artifact: { name, version, sizeBytes, object } }) => {
      if (seen.has(object)) return [];
      seen.add(object);
      return [{ output: name, version, sizeBytes, sha256: object }];
    }),
  );
}

/** Files of others are nobody's business here: an object has to be a package of the name. */
async function requireOwn(farm: Farm, name: string, objects: readonly Digest[]): Promise<void> {
  const record = findRecord(farm, { name });
  const known = new Set<Digest>();
  for (const made of successesOf(farm, record.job))
    for (const { artifact } of made) known.add(artifact.object);
  for (const { artifact } of farm.database.artifacts.ofName(name)) known.add(artifact.object);
  const strange = objects.find((object) => !known.has(object));
  if (strange === undefined) return;
  throw fault('PRV002', { what: `'${strange}' is no package of '${name}'` });
}

async function provenanceOf(
  farm: Farm,
  { output, version }: { output?: string; version?: string },
  record: PackageRecord,
): Promise<PackageProvenance> {
  const { target, arch, name } = parseJobId(record.job) ?? { target: '', arch: '', name: '' };
  const { stored, statement } = findBuilt(farm, { name: output ?? name, version, target, arch });
  if (!statement)
    throw fault('PRV002', { what: `nothing was stated of how '${stored.artifact.name}' was made` });
  const read = async (digest: Digest): Promise<string> =>
    Buffer.from(await farm.store.readBytes(digest)).toString('utf8');
  const text = await read(statement.envelope);
  const envelope = readEnvelope(text, `${stored.artifact.fileName}.provenance.json`);
  const parsed = readStatement(envelope.payload, stored.artifact.fileName);
  return {
    statement: JSON.parse(JSON.stringify(parsed)) as PackageProvenance['statement'],
    keys: envelope.signatures.map(({ keyid }) => keyid),
    envelope: text,
    bill: statement.bill ? (JSON.parse(await read(statement.bill)) as PackageProvenance['bill']) : null,
  };
}
