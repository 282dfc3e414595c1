import { fault, isFault } from '../diagnostics/index.ts';
import type { Fetcher } from '../fetcher/index.ts';
import {
  isInnerPath,
  type PackagesIndex,
  packageAddress,
  packagePath,
  type Stanza,
} from '../formats/gentoo/index.ts';
import { ensureFolder, entryFacts, hashStream, readPieces, removeEntry, renameEntry } from '../host/index.ts';
import { compareBytes } from '../primitives/index.ts';
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
export async function readBinhost(fetcher: Fetcher, base: string): Promise<Binhost> {
  const start = base.replace(/\/+$/, '');
  const index = await fetchIndex(fetcher, start);
  const packages = index.packages.flatMap((stanza) => {
    const path = packagePath(stanza);
    return isInnerPath(path) ? [{ path, url: packageAddress(start, index, path), stanza }] : [];
  });
  return { base: start, index, packages: packages.sort((a, b) => compareBytes(a.path, b.path)) };
}

async function fetchIndex(fetcher: Fetcher, base: string): Promise<PackagesIndex> {
  const read = (bytes: Uint8Array, name: string): PackagesIndex => {
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const index = readIndexBytes(bytes, isPacked, `${base}/${name}`);
    if (index) return index;
    throw fault('EBN001', { what: `the index '${base}/${name}' has a version that is not known` });
  };
  const options = { maxBytes: mostIndexBytes, timeoutMs: 600_000 };
  try {
    return read((await fetcher.get(`${base}/Packages.gz`, options)).bytes, 'Packages.gz');
  } catch (error) {
    if (!isFault(error, 'FET004')) throw error;
  }
  return read((await fetcher.get(`${base}/Packages`, options)).bytes, 'Packages');
}

/**
 * Downloads a package into a folder, under its path there, unless it lies there already with the size and digests of the
 * index. Returns the path of the file.
 * @throws what the fetcher throws; EBN002 when it is not what the index says
 */
export async function fetchPackage(
  fetcher: Fetcher,
  offered: OfferedPackage,
  folder: string,
): Promise<string> {
  const path = `${folder}/${offered.path}`;
  if (entryFacts(path) && (await isListed(path, offered.stanza))) return path;
  ensureFolder(path.slice(0, path.lastIndexOf('/')));
  const part = `${path}.part`;
  await fetcher.download(offered.url, part, { maxBytes: listedFile(offered.stanza).sizeBytes });
  if (!(await isListed(part, offered.stanza))) {
    removeEntry(part);
    throw fault('EBN002', { what: `'${offered.url}' is not the file that the index lists` });
  }
  renameEntry(part, path);
  return path;
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
