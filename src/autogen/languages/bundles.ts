import { join } from 'node:path';
import { fault } from '../../diagnostics/index.ts';
import { linkNew, textIfThere } from '../../host/index.ts';
import { atOnce } from '../../primitives/index.ts';
import type { Archive } from '../archive.ts';
import type { Artifact } from '../artifact.ts';
import { DistFile } from '../dist-file.ts';
import { isMapping } from '../merge-settings.ts';
import type { PkgInfo } from '../pkg-info.ts';
import { type ArtifactSet, artifactsOf } from '../src-uri.ts';
import { sourceText } from './source-folder.ts';

/** Where the lock file of a bundle comes from. */
export interface LockSource {
  /** Its text. */
  readonly data?: string | undefined;
  /** Its path on this machine. */
  readonly path?: string | undefined;
  /** The source that has it; default: `artifacts.main` of the package, or the first one. */
  readonly srcArtifact?: DistFile | undefined;
  /** Folder in the source, `*` for its top folder. */
  readonly srcDirGlob?: string | undefined;
}

/** The artifacts of a package as far as they are artifacts already. */
export function packageArtifacts(pkg: PkgInfo): ArtifactSet<DistFile> {
  const artifacts = pkg['artifacts'] ?? [];
  const isFile = (value: unknown): value is DistFile => value instanceof DistFile;
  const isFiles = (value: unknown): boolean => isFile(value) || (Array.isArray(value) && value.every(isFile));
  const isSet = isFiles(artifacts) || (isMapping(artifacts) && Object.values(artifacts).every(isFiles));
  if (!isSet)
    throw fault('GEN001', {
      what: "'artifacts' of the package is no list of artifacts and no mapping of them",
    });
  return artifacts as ArtifactSet<DistFile>;
}

/** What is done about a lock file that the source lacks. */
interface LockFile {
  /** `go.sum`, `Cargo.lock`. */
  readonly name: string;
  /** Has the language's own program write it into a folder of the source, and returns its text. */
  readonly write: (source: DistFile, glob: string) => Promise<string>;
}

/** The text of a lock file: given, on this machine, in the source, or written anew. Throws GEN006, GEN001 and FET problems. */
export async function readLockFile(
  pkg: PkgInfo,
  { data, path, srcArtifact, srcDirGlob = '*' }: LockSource,
  { name, write }: LockFile,
): Promise<string> {
  if (data !== undefined) return data;
  if (path !== undefined) {
    const text = textIfThere(path);
    if (text === undefined) throw fault('GEN006', { what: `there is no '${path}'` });
    return text;
  }
  const source = srcArtifact ?? mainArtifact(pkg);
  return (await sourceText(source, `${srcDirGlob}/${name}`)) ?? (await write(source, srcDirGlob));
}

/** The source of a package: `main` of a mapping, else the first artifact. Throws GEN001 when there is none. */
function mainArtifact(pkg: PkgInfo): DistFile {
  const artifacts = packageArtifacts(pkg);
  const main = isMapping(artifacts) && Object.hasOwn(artifacts, 'main') ? artifacts['main'] : undefined;
  const [first] = main === undefined ? artifactsOf(artifacts) : [main].flat();
  if (first instanceof DistFile) return first;
  throw fault('GEN001', { what: `package '${pkg.name}' has no artifact that a lock file could be in` });
}

/** Artifacts with some more: at the end of a list, and of `global` in a mapping by USE flags; else under their key. */
export function withArtifact(pkg: PkgInfo, key: string, more: readonly DistFile[]): ArtifactSet<DistFile> {
  const artifacts = packageArtifacts(pkg);
  if (!isMapping(artifacts)) return [...(artifacts as readonly DistFile[]), ...more];
  const global = Object.hasOwn(artifacts, 'global') ? artifacts['global'] : undefined;
  if (global !== undefined)
    return { ...artifacts, global: [...[global].flat(), ...more] } as ArtifactSet<DistFile>;
  const [only] = more;
  return { ...artifacts, [key]: more.length === 1 && only ? only : more } as ArtifactSet<DistFile>;
}

/** Category, name and version of a package whose bundle is made. Throws GEN001. */
export function bundleOwner(pkg: PkgInfo): {
  readonly catpkg: string;
  readonly name: string;
  readonly version: string;
} {
  const { cat, name, version } = pkg;
  if (version === undefined || version === 'latest') {
    throw fault('GEN001', {
      what: `the bundle of '${name}' needs a version`,
      next: 'Choose the version first.',
    });
  }
  return { catpkg: `${cat}/${name}`, name, version: String(version) };
}

/** Files of a bundle that are fetched and checked at one time. */
const filesAtOnce = 20;

/** Fetches files into the folder of an archive, some at one time; see `atOnce`. */
export async function placeFiles<Item>(
  archive: Archive,
  items: readonly Item[],
  fetch: (item: Item) => Promise<Artifact>,
): Promise<void> {
  await atOnce(items, { most: filesAtOnce }, async (item) => {
    const { finalPath, finalName } = await fetch(item);
    // objects of the store are never written to, so another name for the same bytes does
    linkNew(finalPath, join(archive.topPath, finalName));
  });
}
