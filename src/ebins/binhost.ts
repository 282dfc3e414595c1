import { fault, isFault } from '../diagnostics/index.ts';
import { type Fetcher, shownAddress } from '../fetcher/index.ts';
import {
  type BuildFacts,
  indexValue,
  isInnerPath,
  type PackagesIndex,
  packageAddress,
  packagePath,
  parsePackageFileName,
  parsePackageId,
  type Stanza,
} from '../formats/gentoo/index.ts';
import { hashStream, readPieces, removeEntry } from '../host/index.ts';
import { compareBytes } from '../primitives/index.ts';
import { indexedKeys } from './index-folder.ts';
import { listedFile, mostIndexBytes, readIndexBytes } from './package-folder.ts';

/** A package that a server offers. */
export interface OfferedPackage {
  readonly path: string;
  readonly url: string;
  readonly stanza: Stanza;
}

/** What a server of binary packages offers. */
export interface Binhost {
  readonly base: string;
  readonly index: PackagesIndex;
  /** By path, bytewise. */
  readonly packages: readonly OfferedPackage[];
}

/**
 * Asks a server for its index, compressed or not (specification 2.4). Commands for fetching that the index may hold are
 * never obeyed.
 * @throws what the fetcher throws; EBN001 when the index is damaged or of an unknown version
 */
export async function readBinhost(fetcher: Fetcher, base: string, signal?: AbortSignal): Promise<Binhost> {
  const start = base.replace(/\/+$/, '');
  const index = await fetchIndex(fetcher, start, signal);
  const packages = new Map<string, OfferedPackage>();
  for (const stanza of index.packages) {
    const path = packagePath(stanza);
    if (isPackagePath(path)) packages.set(path, { path, url: packageAddress(start, index, path), stanza });
  }
  const sorted = [...packages.values()].sort((a, b) => compareBytes(a.path, b.path));
  return { base: start, index, packages: sorted };
}

/** A server must not choose any file of ours for what it sends. */
const isPackagePath = (path: string): boolean =>
  isInnerPath(path) &&
  path.split('/').every((part) => !part.startsWith('.')) &&
  parsePackageFileName(path) !== undefined;

/** Keys of metadata that an index has under the same name. */
const sharedKeys = Object.keys(indexedKeys).filter((key) => indexedKeys[key] === key);

/** What the index of a server says of a build, which is less than its metadata; undefined for one that is called no package. */
export function indexedFacts(
  { index }: Binhost,
  { path, url, stanza }: OfferedPackage,
): BuildFacts | undefined {
  const value = (key: string): string =>
    indexValue(index, stanza, key).split(/\s+/).filter(Boolean).join(' ');
  const words = (key: string): string[] => value(key).split(' ').filter(Boolean);
  const count = (key: string): number | undefined =>
    /^\d{1,15}$/.test(value(key)) ? Number(value(key)) : undefined;
  const cpv = value('CPV');
  if (!parsePackageId(cpv)) return undefined;
  return {
    path: shownAddress(url),
    format: path.endsWith('.gpkg.tar') ? 'gpkg' : 'xpak',
    cpv,
    buildId: count('BUILD_ID') ?? parsePackageFileName(path)?.buildId,
    buildTime: count('BUILD_TIME') ?? 0,
    chost: value('CHOST'),
    slot: value('SLOT'),
    eapi: value('EAPI'),
    iuse: words('IUSE'),
    use: words('USE'),
    arch: index.header.get('ARCH'),
    metadata: Object.fromEntries(sharedKeys.map((key) => [key, value(key)])),
  };
}

async function fetchIndex(
  fetcher: Fetcher,
  base: string,
  signal: AbortSignal | undefined,
): Promise<PackagesIndex> {
  const read = (bytes: Uint8Array, name: string): PackagesIndex => {
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const index = readIndexBytes(bytes, isPacked, `${shownAddress(base)}/${name}`);
    if (index) return index;
    throw fault('EBN001', {
      what: `the index '${shownAddress(base)}/${name}' has a version that is not known`,
    });
  };
  const options = { maxBytes: mostIndexBytes, timeoutMs: 600_000, signal };
  try {
    return read((await fetcher.get(`${base}/Packages.gz`, options)).bytes, 'Packages.gz');
  } catch (error) {
    if (!isFault(error, 'FET004')) throw error;
  }
  return read((await fetcher.get(`${base}/Packages`, options)).bytes, 'Packages');
}

/** Most bytes of a package whose size the index does not tell. */
const mostPackageBytes = 64 * 2 ** 30;

/**
 * Downloads a package to a path, and compares it with the index: its size while it comes, then its digests
 * (specification 2.5). Nothing is left at the path when it fails.
 * @throws what the fetcher throws; EBN002 when it is not what the index says
 */
export async function fetchPackage(
  fetcher: Fetcher,
  { url, stanza }: OfferedPackage,
  to: { readonly path: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { path, signal } = to;
  const maxBytes = listedFile(stanza).sizeBytes ?? mostPackageBytes;
  try {
    await fetcher.download(url, path, { maxBytes, signal });
    if (await isListed(path, stanza)) return;
  } catch (error) {
    removeEntry(path);
    if (!isFault(error, 'FET008')) throw error;
    throw notListed(url, error);
  }
  removeEntry(path);
  throw notListed(url);
}

const notListed = (url: string, cause?: unknown): Error =>
  fault('EBN002', { what: `'${shownAddress(url)}' is not the file that the index lists`, cause });

/** Whether a file is the one of the index for certain: without a digest in the index it is not. Throws SYS004. */
export async function isSurelyListed(path: string, stanza: Stanza): Promise<boolean> {
  const { md5, sha1 } = listedFile(stanza);
  return (md5 ?? sha1) !== undefined && (await isListed(path, stanza));
}

async function isListed(path: string, stanza: Stanza): Promise<boolean> {
  const { sizeBytes, md5, sha1 } = listedFile(stanza);
  const read = await hashStream(readPieces(path), ['md5', 'sha1']);
  return (
    (sizeBytes === undefined || sizeBytes === read.sizeBytes) &&
    (md5 === undefined || md5 === read.hashes['md5']) &&
    (sha1 === undefined || sha1 === read.hashes['sha1'])
  );
}
