import { isFault, type Problem, ProblemError } from '../diagnostics/index.ts';
import { type PackagesIndex, printPackagesIndex, type Stanza } from '../formats/gentoo/index.ts';
import {
  bytesIfThere,
  type Clock,
  gzipBytes,
  hashStream,
  readPieces,
  replaceFile,
  systemClock,
} from '../host/index.ts';
import { atOnce } from '../primitives/index.ts';
import type { OpenedBuild, OpenOptions } from './contract.ts';
import { openBuild } from './open-build.ts';
import { type FoundPackage, packagesOnDisk, readPackageFolder } from './package-folder.ts';

/** Keys of the index that metadata has under the same name, or under the one that stands behind. */
export const indexedKeys: Readonly<Record<string, string>> = {
  BUILD_ID: 'BUILD_ID',
  BUILD_TIME: 'BUILD_TIME',
  CHOST: 'CHOST',
  DEFINED_PHASES: 'DEFINED_PHASES',
  DEPEND: 'DEPEND',
  BDEPEND: 'BDEPEND',
  IDEPEND: 'IDEPEND',
  RDEPEND: 'RDEPEND',
  PDEPEND: 'PDEPEND',
  EAPI: 'EAPI',
  IUSE: 'IUSE',
  KEYWORDS: 'KEYWORDS',
  LICENSE: 'LICENSE',
  PROPERTIES: 'PROPERTIES',
  PROVIDES: 'PROVIDES',
  REQUIRES: 'REQUIRES',
  RESTRICT: 'RESTRICT',
  SLOT: 'SLOT',
  USE: 'USE',
  REPO: 'repository',
};

/** Bytes up to which a file is read in one go: a stream costs more than such a file itself. */
const smallBytes = 1 << 18;

/** Packages that are read at the same time: what one waits for on the disk, another computes meanwhile. */
const readAtOnce = 8;

async function stanzaOf(build: OpenedBuild, found: FoundPackage): Promise<Stanza> {
  const whole = found.sizeBytes <= smallBytes ? bytesIfThere(found.file) : undefined;
  const { hashes } = await hashStream(whole ? [whole] : readPieces(found.file), ['md5', 'sha1']);
  const stanza = new Map<string, string>();
  for (const [key, own] of Object.entries(indexedKeys)) {
    const value = build.metadata[own];
    if (value) stanza.set(key, value);
  }
  // SIZE of the metadata is what is installed, that of the index is the file
  return stanza
    .set('CPV', build.cpv)
    .set('PATH', found.path)
    .set('SIZE', String(found.sizeBytes))
    .set('MTIME', String(Math.floor(found.modifiedMs / 1000)))
    .set('MD5', hashes['md5'] ?? '')
    .set('SHA1', hashes['sha1'] ?? '');
}

const isAsListed = (found: FoundPackage, listed: Stanza): boolean =>
  listed.get('SIZE') === String(found.sizeBytes) &&
  listed.get('MTIME') === String(Math.floor(found.modifiedMs / 1000));

/** What making an index did. */
export interface IndexedFolder {
  readonly index: PackagesIndex;
  /** Packages that were read, because they were new or had changed. */
  readonly read: number;
  readonly problems: readonly Problem[];
}

/**
 * Makes the index of a folder from the packages that lie in it, and writes `Packages` and `Packages.gz`. Packages that the old
 * index has with the same size and time are not read again, and keep keys that are not known here. A package that cannot be
 * opened is left out and reported.
 * @throws EBN001 when the old index is damaged, EBN012, SYS004
 */
export async function indexFolder(
  folder: string,
  options: OpenOptions & { readonly clock?: Clock | undefined } = {},
): Promise<IndexedFolder> {
  const before = readPackageFolder(folder);
  const known = new Map(before.packages.map((found) => [found.path, found]));
  let read = 0;
  const made = await atOnce(packagesOnDisk(folder), { most: readAtOnce }, async (found) => {
    const old = known.get(found.path)?.stanza;
    if (old && isAsListed(found, old)) return { stanza: old, problem: undefined };
    read += 1;
    try {
      const build = await openBuild(found.file, { check: 'metadata', ...options }, found.path);
      return { stanza: await stanzaOf(build, found), problem: undefined };
    } catch (error) {
      if (isFault(error, 'SYS001', 'SYS002') || !(error instanceof ProblemError)) throw error;
      return { stanza: undefined, problem: error.problem };
    }
  });
  const packages = made.flatMap(({ stanza }) => stanza ?? []);
  const problems = made.flatMap(({ problem }) => problem ?? []);
  const index: PackagesIndex = { header: before.index?.header ?? new Map([['VERSION', '0']]), packages };
  const seconds = Math.floor((options.clock ?? systemClock).nowMs() / 1000);
  const text = printPackagesIndex(index, seconds);
  replaceFile(`${folder}/Packages`, text);
  replaceFile(`${folder}/Packages.gz`, gzipBytes(Buffer.from(text)));
  return { index, read, problems };
}
