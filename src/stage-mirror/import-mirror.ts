import { basename, dirname } from 'node:path';
import { type Problem, problem } from '../diagnostics/index.ts';
import {
  bytesIfThere,
  type Clock,
  copyHashing,
  ensureFolders,
  entryFacts,
  namesIn,
  removeEntry,
  replaceFile,
  systemRandom,
  textIfThere,
} from '../host/index.ts';
import { isControlValue, statedDigest, subarchFolder } from '../stages/index.ts';
import { artifactSuffix } from './artifact-names.ts';
import type { Artifact, MirrorSubarch, MirrorVersion } from './contract.ts';
import { placeResult, pointLatest, type SignerSource, writeIndex } from './publish.ts';
import { readMirror } from './read-mirror.ts';
import { takeValues } from './take-control.ts';

export interface ImportMirrorOptions {
  readonly from: string;
  readonly to: string;
  readonly signer: SignerSource | undefined;
  readonly clock: Clock;
  /** Takes results over that have no checksum, too. */
  readonly allowUnstated: boolean;
}

/** What an import did; what was there before counts as taken over. */
export interface ImportReport {
  readonly artifacts: number;
  readonly snapshots: number;
  readonly controls: number;
  readonly problems: readonly Problem[];
}

/** Copies a file to its place with checksum and signature; returns a problem when it is not what its checksum says. */
async function takeOver(
  from: string,
  to: string,
  options: ImportMirrorOptions,
): Promise<Problem | undefined> {
  const stated = statedDigest(textIfThere(`${from}.hash.txt`));
  if (stated === undefined && !options.allowUnstated)
    return problem('SMI003', { what: `'${from}' has no checksum` });
  const sizeBytes = entryFacts(from)?.sizeBytes ?? 0;
  const mark = `import-${basename(to)}`;
  ensureFolders([dirname(to)]);
  const isThere = entryFacts(to)?.sizeBytes === sizeBytes && statedDigest(textIfThere(`${to}.hash.txt`));
  if (isThere && isThere === stated) {
    await placeResult({ file: to, digest: isThere, sizeBytes, path: to, mark }, options.signer);
    return undefined;
  }
  const copy = `${dirname(to)}/.new-${systemRandom.hex(6)}`;
  try {
    const { digest } = await copyHashing(from, copy, 0o644);
    if (stated !== undefined && digest !== stated)
      return problem('SMI004', { what: `'${from}' has the digest ${digest}, and ${stated} is stated` });
    await placeResult({ file: copy, digest, sizeBytes, path: to, mark }, options.signer);
  } finally {
    removeEntry(copy);
  }
  return undefined;
}

/** Files that lie beside results. */
const besides = ['status', '.targets', 'build-info.json'] as const;

function takeBesides(from: string, to: string): void {
  const logs = namesIn(`${from}/log`).map((name) => `log/${name}`);
  for (const name of [...besides, ...logs]) {
    const facts = entryFacts(`${from}/${name}`);
    if (facts?.kind !== 'file' || entryFacts(`${to}/${name}`)) continue;
    ensureFolders([dirname(`${to}/${name}`)]);
    replaceFile(`${to}/${name}`, bytesIfThere(`${from}/${name}`) ?? new Uint8Array(0));
  }
}

/** Control files, those of before 2010 included: `lastdate` is the version of the newest stage3 (9.2). Versions only grow. */
function takeControl(subarch: MirrorSubarch, to: string): number {
  const folder = `${subarch.path}/.control`;
  const older = ['stage1', 'stage3'].map(
    (name) => [`version/${name}`, textIfThere(`${folder}/${name}/version`)?.trim()] as const,
  );
  const oldest = [['version/stage3', textIfThere(`${folder}/lastdate`)?.trim()] as const];
  const found = new Map<string, string>();
  for (const [name, value] of [...oldest, ...older, ...subarch.control])
    if (value !== undefined && isControlValue(value)) found.set(name, value);
  return takeValues(`${to}/.control`, found);
}

interface Progress {
  artifacts: number;
  controls: number;
  readonly problems: Problem[];
}

async function takeVersion(
  version: MirrorVersion,
  to: string,
  by: { readonly options: ImportMirrorOptions; readonly progress: Progress },
): Promise<readonly Artifact[]> {
  const taken: Artifact[] = [];
  for (const artifact of version.artifacts) {
    const found = await takeOver(artifact.path, `${to}/${artifact.name}`, by.options);
    if (found) by.progress.problems.push(found);
    else taken.push(artifact);
  }
  if (taken.length > 0) takeBesides(version.path, to);
  by.progress.artifacts += taken.length;
  return taken;
}

async function takeSubarch(
  subarch: MirrorSubarch,
  options: ImportMirrorOptions,
  progress: Progress,
): Promise<void> {
  const to = subarchFolder(options.to, subarch.identity);
  for (const version of subarch.versions) {
    const folder = `${to}/${version.version}`;
    for (const artifact of await takeVersion(version, folder, { options, progress })) {
      const { type } = artifact;
      if (type === undefined || type === 'stage1' || type === 'stage2' || !version.isComplete) continue;
      const link = `${to}/${type}-latest${artifactSuffix(artifact.name) ?? ''}`;
      const of = {
        result: `${folder}/${artifact.name}`,
        version: version.version,
        isSigned: options.signer !== undefined,
      };
      await pointLatest(link, of, options.clock.nowMs());
    }
  }
  progress.controls += takeControl(subarch, to);
}

/**
 * Takes a mirror of the layout of 9.7 over into another one: results that are what their checksums say, signed by our key; control
 * files that are plain words; links to the newest. Doing it again takes over what is new. Signatures of others are not taken over.
 * Throws SMI001, SIG and SYS problems; results that are left out are told in the report.
 */
export async function importMirror(options: ImportMirrorOptions): Promise<ImportReport> {
  const mirror = await readMirror(options.from);
  const progress: Progress = { artifacts: 0, controls: 0, problems: [] };
  ensureFolders([options.to]);
  for (const subarch of mirror.subarches) await takeSubarch(subarch, options, progress);
  let snapshots = 0;
  for (const snapshot of mirror.snapshots) {
    const to = `${options.to}/${snapshot.build}/snapshots/${snapshot.name}`;
    const found = await takeOver(snapshot.path, to, options);
    if (found) progress.problems.push(found);
    else snapshots += 1;
  }
  await writeIndex(options.to);
  return { ...progress, snapshots };
}
