import { fault, type ProblemError } from '../../diagnostics/index.ts';
import { readTarBytes } from '../../formats/archives/index.ts';
import { isCategoryName, isPackageName } from '../../formats/gentoo/index.ts';
import type { Artifact } from '../../model/index.ts';
import { type Digest, isPlainPath, parseDigest } from '../../primitives/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import { staticJob } from './autogen-recipe.ts';
import { archiveName, type DistfileObject } from './collect.ts';

export interface ResultsCheck {
  readonly store: Pick<ObjectStore, 'readBytes' | 'path'>;
  /** Name of the job. */
  readonly job: string;
  /** Takes a distfile over; returns the SHA-512 of what it took. */
  readonly keepDistfile: (path: string) => Promise<string>;
}

/**
 * Reads what a builder elsewhere handed in for an autogen and returns it as the bytes tell: packages hold files of their
 * own folders alone, distfiles have the digests that they are named by. All or nothing: throws BLD032, STO001, STO002.
 */
export async function verifyAutogenResults(
  claimed: readonly Artifact[],
  check: ResultsCheck,
): Promise<readonly Artifact[]> {
  if (claimed.length === 0) throw notAsAsked(`nothing of '${check.job}' was handed in`);
  const artifacts = new Map<string, Artifact>();
  for (const claim of claimed) {
    const artifact = await asBytesTell(claim, check);
    if (artifacts.has(artifact.name)) throw notAsAsked(`'${artifact.name}' was handed in twice`);
    artifacts.set(artifact.name, artifact);
  }
  for (const claim of claimed) await takeDistfiles(claim, check);
  return [...artifacts.values()];
}

async function asBytesTell(claim: Artifact, { store, job }: ResultsCheck): Promise<Artifact> {
  const name = String(claim.name);
  const version = String(claim.version);
  const object = digestOf(claim.object, name);
  const [category = '', pkg = '', ...rest] = name.split('/');
  const isStatic = job === staticJob;
  if (isStatic ? name !== staticJob : rest.length > 0 || !isCategoryName(category) || !isPackageName(pkg))
    throw notAsAsked(`${JSON.stringify(name)} is no package of '${job}'`);
  const bytes = await store.readBytes(object);
  const paths = [...readTarBytes(bytes, `what '${name}' consists of`)].map(({ path, type }) => {
    if (type === 'file' && isPlainPath(path) && (isStatic || path.startsWith(`${name}/`))) return path;
    throw notAsAsked(`'${name}' has an entry ${JSON.stringify(path)} that is no file of it`);
  });
  if (!isStatic && !paths.includes(`${name}/${pkg}-${version}.ebuild`))
    throw notAsAsked(`'${name}' has no ebuild of version ${JSON.stringify(version)}`);
  const nothing = { depends: [], provides: [], providedSonames: [], neededSonames: [] };
  const fileName = archiveName(name, object);
  const own = { name, version: isStatic ? '0' : version, arch: 'any', fileName, object };
  return { ...own, sizeBytes: bytes.byteLength, ...nothing, facts: object };
}

async function takeDistfiles(claim: Artifact, { store, keepDistfile }: ResultsCheck): Promise<void> {
  const facts = digestOf(claim.facts, claim.name);
  if (facts === claim.object) return;
  for (const { sha512, object } of readDistfiles(await store.readBytes(facts))) {
    const taken = await keepDistfile(await store.path(object));
    if (taken !== sha512)
      throw notAsAsked(`a distfile of '${claim.name}' has the hash ${taken}, not ${sha512}`);
  }
}

/** The list of distfiles that travels with a package. Throws BLD032 for what is none. */
export function readDistfiles(bytes: Uint8Array): readonly DistfileObject[] {
  const listed = distfilesIn(bytes);
  if (!Array.isArray(listed)) throw notAsAsked('the list of distfiles cannot be read');
  return listed.map((one) => {
    const { sha512, object, sizeBytes } = (one ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof sha512 !== 'string' || !/^[0-9a-f]{128}$/.test(sha512) || typeof sizeBytes !== 'number')
      throw notAsAsked('the list of distfiles cannot be read');
    return { sha512, object: digestOf(object, 'a distfile'), sizeBytes };
  });
}

function distfilesIn(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null
      ? (value as { distfiles?: unknown }).distfiles
      : undefined;
  } catch {
    return undefined;
  }
}

function digestOf(value: unknown, of: string): Digest {
  const digest = parseDigest(String(value));
  if (!digest) throw notAsAsked(`'${of}' has no hash`);
  return digest;
}

const notAsAsked = (what: string): ProblemError => fault('BLD032', { what });
