import { fault, type Problem, problem } from '../diagnostics/index.ts';
import {
  indexValue,
  isInnerPath,
  isKnownIndex,
  isPackageFileName,
  type PackagesIndex,
  packagePath,
  parsePackageFileName,
  parsePackagesIndex,
  type Stanza,
} from '../formats/gentoo/index.ts';
import { bytesIfThere, entryFacts, gunzipBytes, namesIn, pathKind } from '../host/index.ts';
import { compareBytes } from '../primitives/index.ts';
import type { ListedFile, OpenedBuild, OpenOptions } from './contract.ts';
import { openBuild } from './open-build.ts';

/** Most bytes of an index, unpacked: a million packages. */
export const mostIndexBytes = 2 ** 30;

/** A package file of a folder, and what its index says of it. */
export interface FoundPackage {
  /** Relative to the folder. */
  readonly path: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly stanza?: Stanza | undefined;
}

/** A folder of binary packages (PKGDIR). */
export interface PackageFolder {
  readonly folder: string;
  /** Undefined without an index whose rules are known. */
  readonly index: PackagesIndex | undefined;
  /** By path, bytewise. */
  readonly packages: readonly FoundPackage[];
  readonly problems: readonly FolderProblem[];
}

/** What is wrong with a folder, and which version it concerns as far as that is known: `category/name-version`. */
export interface FolderProblem extends Problem {
  readonly cpv?: string | undefined;
}

/** The index in some bytes, packed or not; undefined when its version is not known. Throws EBN001 when it is damaged. */
export function readIndexBytes(
  bytes: Uint8Array,
  isPacked: boolean,
  name: string,
): PackagesIndex | undefined {
  let plain = bytes;
  try {
    if (isPacked) plain = gunzipBytes(bytes, mostIndexBytes);
  } catch (cause) {
    throw fault('EBN001', { what: 'the index of packages cannot be unpacked', place: { file: name }, cause });
  }
  const index = parsePackagesIndex(Buffer.from(plain).toString('utf8'));
  return isKnownIndex(index) ? index : undefined;
}

function indexOf(folder: string): PackagesIndex | undefined {
  const plain = bytesIfThere(`${folder}/Packages`);
  if (plain) return readIndexBytes(plain, false, `${folder}/Packages`);
  const packed = bytesIfThere(`${folder}/Packages.gz`);
  return packed && readIndexBytes(packed, true, `${folder}/Packages.gz`);
}

/** Package files below a folder, at most two folders deep as all layouts have them; links to files count as they do there. */
function walk(folder: string): readonly string[] {
  const found: string[] = [];
  const look = (prefix: string, depth: number): void => {
    for (const name of namesIn(prefix === '' ? folder : `${folder}/${prefix}`)) {
      const path = prefix === '' ? name : `${prefix}/${name}`;
      if (name.startsWith('.')) continue;
      const kind = entryFacts(`${folder}/${path}`)?.kind;
      if (kind === 'folder' && depth < 2) look(path, depth + 1);
      // `All/` has the files, and folders of categories have links to them in old layouts
      else if (kind === 'file' && isPackageFileName(name) && parsePackageFileName(name)) found.push(path);
    }
  };
  look('', 0);
  return found.sort(compareBytes);
}

/**
 * Lists the packages of a folder: those of its index, or those that lie there when it has none (specification 2.1 to 2.4).
 * @throws EBN012 when it is no folder, EBN001 when its index is damaged, SYS004
 */
export function readPackageFolder(folder: string): PackageFolder {
  if (pathKind(folder) !== 'folder') throw fault('EBN012', { what: `'${folder}' is no folder` });
  const index = indexOf(folder);
  const problems: FolderProblem[] = [];
  const found = (path: string, stanza?: Stanza): FoundPackage[] => {
    const file = `${folder}/${path}`;
    const facts = isInnerPath(path) ? entryFacts(file) : undefined;
    if (facts?.kind === 'file')
      return [{ path, file, sizeBytes: facts.sizeBytes, modifiedMs: facts.modifiedMs, stanza }];
    const what = `the index lists '${path}', and there is no such file`;
    const place = { file: `${folder}/Packages` };
    problems.push({ ...problem('EBN002', { what, place }), cpv: presumedVersion({ path, stanza }) });
    return [];
  };
  const packages = index
    ? index.packages.flatMap((stanza) => found(packagePath(stanza), stanza))
    : packagesOnDisk(folder);
  return { folder, index, packages: [...packages].sort((a, b) => compareBytes(a.path, b.path)), problems };
}

/** The package files that lie in a folder, whatever an index says. Throws SYS004. */
export function packagesOnDisk(folder: string): readonly FoundPackage[] {
  return walk(folder).flatMap((path) => {
    const file = `${folder}/${path}`;
    const facts = entryFacts(file);
    return facts ? [{ path, file, sizeBytes: facts.sizeBytes, modifiedMs: facts.modifiedMs }] : [];
  });
}

const digits = (text: string | undefined, pattern: RegExp): string | undefined =>
  text !== undefined && pattern.test(text) ? text.toLowerCase() : undefined;

/** What a package of an index is compared with. */
export function listedFile(stanza: Stanza): ListedFile {
  const size = stanza.get('SIZE');
  return {
    sizeBytes: size !== undefined && /^\d{1,15}$/.test(size) ? Number(size) : undefined,
    md5: digits(stanza.get('MD5'), /^[0-9a-fA-F]{32}$/),
    sha1: digits(stanza.get('SHA1'), /^[0-9a-fA-F]{40}$/),
  };
}

/**
 * Opens a package of a folder: compared with the index first, and known by its path in the folder.
 * @throws what `openBuild` throws
 */
export async function openFound(
  { index }: Pick<PackageFolder, 'index'>,
  { path, file, stanza }: FoundPackage,
  options: OpenOptions = {},
): Promise<OpenedBuild> {
  const listed = stanza && listedFile(stanza);
  const build = await openBuild(file, { ...options, listed }, path);
  const arch = index?.header.get('ARCH');
  return arch ? { ...build, arch } : build;
}

/** A value of a package as its index has it, the header's and defaults included. */
export function foundValue(folder: PackageFolder, { stanza }: FoundPackage, key: string): string {
  return folder.index && stanza ? indexValue(folder.index, stanza, key) : '';
}

/** Which version a file is of, as far as index and path tell without opening it: `category/name-version`. */
export function presumedVersion({ path, stanza }: Pick<FoundPackage, 'path' | 'stanza'>): string | undefined {
  const listed = stanza?.get('CPV');
  if (listed !== undefined) return listed;
  const words = path.split('/');
  const pf = parsePackageFileName(words.at(-1) ?? '')?.pf;
  // the folder of all packages is no category
  return pf === undefined || words.length < 2 || words[0] === 'All' ? undefined : `${words[0]}/${pf}`;
}
