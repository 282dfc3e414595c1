import { basename } from 'node:path';
import { fault, isFault } from '../diagnostics/index.ts';
import { SignatureChecker } from '../ebins/index.ts';
import {
  bytesIfThere,
  type Clock,
  copyHashing,
  ensureFolders,
  entryFacts,
  readFileRange,
  removeEntry,
  systemRandom,
  textIfThere,
} from '../host/index.ts';
import { type BuildIdentity, checkedValue, statedDigest, subarchFolder } from '../stages/index.ts';
import { artifactSuffix } from './artifact-names.ts';
import { placeResult, pointLatest, type SignerSource, writeIndex } from './publish.ts';
import { takeValues } from './take-control.ts';

/** Why a seed is believed: its checksum, or a signature by a key that is trusted. One of the two has to be there. */
export interface SeedProof {
  /** SHA-256, 64 hexadecimal digits. */
  readonly digest: string | undefined;
  /** File with a detached signature, and files with public keys. */
  readonly signature: { readonly path: string; readonly keys: readonly string[] } | undefined;
}

export interface SeedImport {
  readonly file: string;
  readonly mirror: string;
  readonly identity: BuildIdentity;
  /** What kind of stage it is. */
  readonly type: 'stage1' | 'stage3';
  readonly proof: SeedProof;
  readonly signer: SignerSource | undefined;
  readonly clock: Clock;
}

async function checkSignature(
  file: string,
  { path, keys }: NonNullable<SeedProof['signature']>,
): Promise<void> {
  const bytes = bytesIfThere(path);
  const sizeBytes = entryFacts(file)?.sizeBytes ?? 0;
  if (bytes === undefined) throw fault('SMI008', { what: `there is no signature '${path}'` });
  const checker = new SignatureChecker({ keys });
  try {
    await checker.check(bytes, readFileRange(file, 0, sizeBytes), { file, what: `'${basename(file)}'` });
  } catch (error) {
    if (!isFault(error, 'EBN003')) throw error;
    throw fault('SMI008', { what: error.problem.what, why: error.problem.why, cause: error });
  } finally {
    await checker.close();
  }
}

/** The checksum that a seed has to have: the one that was given, or of a `.hash.txt` beside it. Throws SMI007. */
function provenDigest(file: string, proof: SeedProof): string | undefined {
  const digest = proof.digest ?? statedDigest(textIfThere(`${file}.hash.txt`));
  if (digest !== undefined || proof.signature) return digest;
  throw fault('SMI007', { what: `nothing says what '${file}' has to be` });
}

function writeControl(folder: string, { type, identity }: SeedImport): void {
  const values = {
    'strategy/build': 'local',
    'strategy/seed': 'stage3',
    [`version/${type}`]: identity.version,
  };
  takeValues(folder, Object.entries(values));
}

/**
 * Takes a seed into a mirror, as the newest stage of its subarch, and sets the subarch up for local builds from it. Returns its place.
 * @throws SMI003 to SMI005 when it is not what it has to be, SMI007 when nothing says what that is, MST003 for words that cannot be part of a
 * path, MCA001, SIG and SYS problems
 */
export async function importSeed(seed: SeedImport): Promise<string> {
  const { file, identity, type, proof } = seed;
  const { build, subarch, version } = identity;
  for (const [name, value] of Object.entries(identity)) checkedValue(value, name);
  const suffix = artifactSuffix(file);
  if (suffix === undefined) {
    throw fault('MCA001', { what: `the name of '${file}' does not tell what kind of archive it is` });
  }
  const wanted = provenDigest(file, proof);
  const home = subarchFolder(seed.mirror, identity);
  const folder = `${home}/${version}`;
  ensureFolders([folder]);
  const path = `${folder}/${type}-${subarch}-${build}-${version}${suffix}`;
  const copy = `${folder}/.new-${systemRandom.hex(6)}`;
  try {
    // what is checked is the copy: nobody else can change it any more
    const { digest, sizeBytes } = await copyHashing(file, copy, 0o644);
    if (wanted !== undefined && wanted !== digest)
      throw fault('SMI004', { what: `'${file}' has the digest ${digest}, and not ${wanted}` });
    if (proof.signature) await checkSignature(copy, proof.signature);
    await placeResult({ file: copy, digest, sizeBytes, path, mark: 'seed' }, seed.signer);
  } finally {
    removeEntry(copy);
  }
  if (type === 'stage3') {
    const of = { result: path, version, isSigned: seed.signer !== undefined };
    await pointLatest(`${home}/stage3-latest${suffix}`, of, seed.clock.nowMs());
  }
  writeControl(`${home}/.control`, seed);
  await writeIndex(seed.mirror);
  return path;
}
