import { createHash } from 'node:crypto';
import { readTar, type TarStreamEntry } from '../formats/archives/index.ts';

/** One entry of a package: all that a reader of the archive can tell of it. */
export interface PackageEntry {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly owner: string;
  readonly sizeBytes: number;
  /** Seconds since the epoch. */
  readonly modified: number;
  /** Where a link points to; empty for others. */
  readonly link: string;
  /** SHA-256 of the bytes, lower-case hexadecimal; empty for what is no file. */
  readonly sha256: string;
}

/** Entries by path, in the order of the archive. */
export type PackageEntries = ReadonlyMap<string, PackageEntry>;

/** Reads the entries of a package, unpacked to its tar. Throws FMT problems. */
export async function readEntries(tar: AsyncIterable<Uint8Array>, name: string): Promise<PackageEntries> {
  const entries = new Map<string, PackageEntry>();
  for await (const entry of readTar(tar, name)) entries.set(entry.path, await entryOf(entry));
  return entries;
}

async function entryOf(entry: TarStreamEntry): Promise<PackageEntry> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const piece of entry.body) {
    hash.update(piece);
    sizeBytes += piece.byteLength;
  }
  return {
    path: entry.path,
    type: entry.type,
    mode: entry.mode,
    owner: `${entry.uid}:${entry.gid}`,
    sizeBytes,
    modified: entry.mtime,
    link: entry.linkPath,
    sha256: entry.type === 'file' ? hash.digest('hex') : '',
  };
}

/** Bytes of some files of a package; of each at most so many, so that a look costs little. Throws FMT problems. */
export async function readBodies(
  tar: AsyncIterable<Uint8Array>,
  paths: ReadonlySet<string>,
  limitBytes: number,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const bodies = new Map<string, Uint8Array>();
  for await (const entry of readTar(tar, 'package')) {
    if (!paths.has(entry.path) || entry.type !== 'file') continue;
    const pieces: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const piece of entry.body) {
      if (sizeBytes >= limitBytes) continue;
      pieces.push(Buffer.from(piece));
      sizeBytes += piece.byteLength;
    }
    bodies.set(entry.path, Buffer.concat(pieces).subarray(0, limitBytes));
    if (bodies.size === paths.size) break;
  }
  return bodies;
}
