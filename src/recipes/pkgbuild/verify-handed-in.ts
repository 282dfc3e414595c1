import { compareVersions, type PackageContents } from '../../formats/pacman/index.ts';
import type { Artifact } from '../../model/index.ts';
import { type Digest, parseDigest } from '../../primitives/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import { describePackage, type ExpectedPackage, notAsAsked } from './describe-package.ts';

/** What a job has to bring. */
export interface ExpectedPackages extends ExpectedPackage {
  /**
   * The version that was planned, when it is known before the build: the packages have the same epoch and pkgver,
   * and the same pkgrel or a higher one. Undefined for recipes whose build tells the version.
   */
  readonly version?: string | undefined;
  /** Whether the recipe may keep `replaces` and `group` (`BUILDER_ALLOW_PROHIBITED`). */
  readonly allowProhibited: boolean;
}

/**
 * Reads the packages that a builder handed in and returns their artifacts as the bytes tell them; of what the
 * builder says, only the hashes are used, to find the objects. The facts are stored. All packages or none: throws
 * BLD032, which names the file and what differs, STO001 or STO002 for an object that is not there or is damaged.
 */
export async function verifyHandedIn(
  store: Pick<ObjectStore, 'path' | 'putBytes'>,
  claimed: readonly Artifact[],
  expected: ExpectedPackages,
): Promise<readonly Artifact[]> {
  if (claimed.length === 0) throw notAsAsked(`no package of '${expected.recipe}' was handed in`);
  const artifacts = new Map<string, Artifact>();
  const facts: Uint8Array[] = [];
  for (const claim of claimed) {
    const object = parseDigest(String(claim.object));
    if (!object) throw notAsAsked(`${shown(claim.fileName)} has no hash`);
    const described = await describe(store, claim, object, expected);
    const { artifact, contents } = described;
    const wrong = difference(claim, artifact) ?? unplanned(contents, expected);
    if (wrong) throw notAsAsked(`${shown(claim.fileName)} ${wrong}`);
    if (artifacts.has(artifact.name)) throw notAsAsked(`'${artifact.name}' was handed in twice`);
    artifacts.set(artifact.name, artifact);
    facts.push(described.factsBytes);
  }
  const versions = new Set([...artifacts.values()].map(({ version }) => version));
  if (versions.size > 1) {
    throw notAsAsked(
      `the packages of '${expected.recipe}' have several versions: ${[...versions].join(', ')}`,
    );
  }
  for (const bytes of facts) await store.putBytes(bytes);
  return [...artifacts.values()];
}

async function describe(
  store: Pick<ObjectStore, 'path'>,
  claim: Artifact,
  object: Digest,
  expected: ExpectedPackage,
): ReturnType<typeof describePackage> {
  const described = await describePackage(await store.path(object), expected);
  if (described.artifact.object === object) return described;
  throw notAsAsked(`${shown(claim.fileName)} has the hash ${described.artifact.object}, not ${object}`);
}

/** Where the builder says something else than the file. */
function difference(claim: Artifact, found: Artifact): string | undefined {
  for (const key of ['name', 'version', 'arch', 'fileName', 'sizeBytes'] as const) {
    if (claim[key] !== found[key])
      return `was announced with ${key} ${shown(claim[key])}, and has ${shown(found[key])}`;
  }
  return undefined;
}

/** Where the file is not what the plan says. */
function unplanned({ pkginfo }: PackageContents, expected: ExpectedPackages): string | undefined {
  if (!expected.allowProhibited && pkginfo.replaces.length + pkginfo.group.length > 0) {
    return "has 'replaces' or 'group', which its recipe may not have";
  }
  const { version } = expected;
  if (version === undefined) return undefined;
  const beforeRelease = (text: string): string => text.slice(0, text.lastIndexOf('-'));
  const isSame = beforeRelease(pkginfo.pkgver) === beforeRelease(version);
  if (isSame && compareVersions(pkginfo.pkgver, version) >= 0) return undefined;
  return `has the version ${pkginfo.pkgver}, planned was ${version}`;
}

const shown = (value: unknown): string => (typeof value === 'number' ? String(value) : `'${String(value)}'`);
