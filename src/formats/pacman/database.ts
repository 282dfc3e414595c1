import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { fault, isFault, type Problem, problem } from '../../diagnostics/index.ts';
import { encodeTarEntry, readTarBytes, tarEnd, zstdFrames } from '../archives/index.ts';
import { type DatabaseEntry, parseDesc } from './database-entry.ts';

/** How a database is compressed; `none` is a bare tar. */
export type DatabaseCompression = 'gzip' | 'zstd' | 'xz' | 'none';

/** A pair of functions for a compression that Node.js does not have. */
export interface Codec {
  compress(bytes: Uint8Array): Uint8Array;
  decompress(bytes: Uint8Array): Uint8Array;
}

export interface DatabaseCodecs {
  readonly xz?: Codec;
}

/** The most that a database may unpack to: many times the largest there is, and far less than would hurt. */
const maxDatabaseBytes = 2 ** 31 - 1;

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte);

/** Looks at the first bytes; undefined for what is neither a known compression nor a tar. No bytes are an empty tar. */
export function sniffCompression(bytes: Uint8Array): DatabaseCompression | undefined {
  if (startsWith(bytes, [0x1f, 0x8b])) return 'gzip';
  if (startsWith(bytes, [0x28, 0xb5, 0x2f, 0xfd])) return 'zstd';
  if (startsWith(bytes, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])) return 'xz';
  const isTar =
    bytes.byteLength >= 262 && Buffer.from(bytes.subarray(257, 262)).toString('latin1') === 'ustar';
  const isZero = bytes.subarray(0, 512).every((byte) => byte === 0);
  return isTar || isZero ? 'none' : undefined;
}

/** The bytes as one gzip member or zstd frame; such pieces one behind the other are a valid whole. */
export function compressDatabase(
  bytes: Uint8Array,
  compression: DatabaseCompression,
  codecs: DatabaseCodecs = {},
): Uint8Array {
  switch (compression) {
    case 'none':
      return bytes;
    case 'gzip':
      return gzipSync(bytes);
    case 'zstd':
      return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    case 'xz':
      if (codecs.xz) return codecs.xz.compress(bytes);
      throw fault('FMT030', { what: 'xz is asked for, but no codec for it was given' });
  }
}

/** All frames of the data; Node.js reads the first one only. */
function unpackZstd(bytes: Uint8Array): Uint8Array {
  const frames = zstdFrames(bytes);
  if (!frames) throw new Error('the frames are cut off');
  const parts: Uint8Array[] = [];
  let left = maxDatabaseBytes;
  for (const frame of frames) {
    const part = zstdDecompressSync(frame, { maxOutputLength: left });
    parts.push(part);
    left -= part.byteLength;
    if (left <= 0) throw new Error('it unpacks to too many bytes');
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

function decompress(bytes: Uint8Array, codecs: DatabaseCodecs, file: string): Uint8Array {
  const compression = sniffCompression(bytes);
  const place = { file };
  if (!compression) throw fault('FMT030', { what: 'the compression of the database is unknown', place });
  if (compression === 'none') return bytes;
  if (compression === 'xz' && !codecs.xz) throw fault('FMT030', { what: 'no codec for xz was given', place });
  try {
    if (compression === 'gzip') return gunzipSync(bytes, { maxOutputLength: maxDatabaseBytes });
    if (compression === 'zstd') return unpackZstd(bytes);
    return codecs.xz?.decompress(bytes) ?? bytes;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw fault('FMT030', {
      what: `the ${compression} data of the database is damaged: ${why}`,
      place,
      cause,
    });
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

interface Folder {
  desc?: string;
  files?: string;
}

/** Files by folder, in the order in which the folders come. */
function collectFolders(tar: Uint8Array, file: string): Map<string, Folder> {
  const folders = new Map<string, Folder>();
  for (const entry of readTarBytes(tar, file)) {
    const path = entry.path.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
    const [name, inner, ...rest] = path.split('/');
    if (!name || name === '.' || rest.length) continue;
    const folder = folders.get(name) ?? {};
    folders.set(name, folder);
    if (entry.type !== 'file' || inner === undefined) continue;
    if (inner === 'desc') folder.desc = utf8.decode(entry.body);
    // Databases before pacman 3.5 keep dependencies apart.
    else if (inner === 'depends') folder.desc = (folder.desc ?? '') + utf8.decode(entry.body);
    else if (inner === 'files') folder.files = utf8.decode(entry.body);
  }
  return folders;
}

export interface ReadDatabase {
  readonly entries: readonly DatabaseEntry[];
  readonly problems: readonly Problem[];
}

/**
 * Reads a `.db` or `.files` database, compressed with gzip, zstd, xz (with a codec) or not at all; never throws.
 * A damaged entry is left out with FMT031; a damaged archive gives what stands before the damage and a problem.
 * @param file the name that problems carry
 */
export function readDatabase(bytes: Uint8Array, file: string, codecs: DatabaseCodecs = {}): ReadDatabase {
  const problems: Problem[] = [];
  const entries: DatabaseEntry[] = [];
  let folders: Map<string, Folder>;
  try {
    folders = collectFolders(decompress(bytes, codecs, file), file);
  } catch (error) {
    if (!isFault(error)) throw error;
    return { entries, problems: [error.problem] };
  }
  for (const [folder, { desc, files }] of folders) {
    const fields = parseDesc(desc ?? '');
    const name = fields.get('NAME')?.[0];
    const version = fields.get('VERSION')?.[0];
    if (desc === undefined || !name || !version || folder !== `${name}-${version}`) {
      const what =
        desc === undefined
          ? `'${folder}' has no desc`
          : `'${folder}' describes '${name ?? ''}-${version ?? ''}'`;
      problems.push(problem('FMT031', { what, place: { file } }));
      continue;
    }
    entries.push({ name, version, desc, ...(files === undefined ? {} : { files }) });
  }
  return { entries, problems };
}

/** `db` holds `desc` only, `files` also what each package contains. */
export type DatabaseKind = 'db' | 'files';

/**
 * The tar bytes of one entry: its folder, `desc` and, in a `files` database, `files`. The whole database is the
 * entries, one behind the other, and `databaseTarEnd`; each part may be compressed by itself with `compressDatabase`.
 * @param mtimeSeconds time of the files, seconds since the epoch
 */
export function databaseTarEntry(entry: DatabaseEntry, kind: DatabaseKind, mtimeSeconds = 0): Uint8Array {
  const folder = `${entry.name}-${entry.version}`;
  const parts = [
    encodeTarEntry({ path: `${folder}/`, type: 'folder', mtime: mtimeSeconds }),
    encodeTarEntry({ path: `${folder}/desc`, mtime: mtimeSeconds }, Buffer.from(entry.desc)),
  ];
  if (kind === 'files' && entry.files !== undefined) {
    parts.push(encodeTarEntry({ path: `${folder}/files`, mtime: mtimeSeconds }, Buffer.from(entry.files)));
  }
  return Buffer.concat(parts);
}

/** What ends the tar of a database. */
export const databaseTarEnd: Uint8Array = tarEnd;

export interface WriteDatabaseOptions {
  readonly kind: DatabaseKind;
  readonly compression: DatabaseCompression;
  /** Time of the files, seconds since the epoch; 0 by default so that the same entries give the same bytes. */
  readonly mtimeSeconds?: number;
  readonly codecs?: DatabaseCodecs;
}

/** A complete database with the entries in the order of name and version. */
export function writeDatabase(entries: Iterable<DatabaseEntry>, options: WriteDatabaseOptions): Uint8Array {
  const keyed = [...entries].map((entry) => ({ key: `${entry.name}-${entry.version}`, entry }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const parts = keyed.map(({ entry }) => databaseTarEntry(entry, options.kind, options.mtimeSeconds));
  return compressDatabase(Buffer.concat([...parts, databaseTarEnd]), options.compression, options.codecs);
}
