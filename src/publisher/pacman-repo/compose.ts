import {
  compressDatabase,
  type DatabaseEntry,
  type DatabaseKind,
  databaseTarEnd,
  databaseTarEntry,
} from '../../formats/pacman/index.ts';
import { crc32 } from '../../host/index.ts';
import { type Base, ChunkSource, memberOf, readAllEntries } from './content.ts';
import type { Places } from './places.ts';
import type { Chunk, Member } from './record.ts';

/** Entries per chunk: small enough that a change rewrites little, large enough to compress well. */
const targetSize = 64;
const smallSize = 16;

/** What is to change, by package name: a new entry, or undefined to take the package out. */
export type Changes = ReadonlyMap<string, DatabaseEntry | undefined>;

/** A chunk of the new generation; one without id is new and has to be recorded. */
export type ComposedChunk = Omit<Chunk, 'id'> & { readonly id: number | undefined };

export interface Composed {
  readonly chunks: readonly ComposedChunk[];
  /** Complete bytes of the two database files, in pieces. */
  readonly db: readonly Uint8Array[];
  readonly files: readonly Uint8Array[];
  readonly packages: number;
}

const byName = (a: DatabaseEntry, b: DatabaseEntry): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

/** The last piece of every database: it ends the tar. */
const endFrame = compressDatabase(databaseTarEnd, 'zstd');

/** Which chunk a name belongs to: the last one that does not begin behind it. */
export function chunkOf(firstNames: readonly string[], name: string): number {
  let low = 0;
  let high = firstNames.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((firstNames[middle] ?? '') <= name) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Sorted entries in pieces of about `targetSize`, as even as possible. */
export function splitEvenly<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length === 0) return [];
  const count = Math.max(1, Math.round(items.length / targetSize));
  return Array.from({ length: count }, (_, index) =>
    items.slice(Math.round((index * items.length) / count), Math.round(((index + 1) * items.length) / count)),
  );
}

function apply(entries: readonly DatabaseEntry[], changes: Changes): DatabaseEntry[] {
  const kept = entries.filter((entry) => !changes.has(entry.name));
  const added = [...changes.values()].filter((entry) => entry !== undefined);
  return [...kept, ...added].sort(byName);
}

interface Writing {
  readonly chunks: ComposedChunk[];
  readonly db: Uint8Array[];
  readonly files: Uint8Array[];
}

function writeEntries(entries: readonly DatabaseEntry[], into: Writing): void {
  for (const piece of splitEvenly(entries)) {
    const frame = (kind: DatabaseKind): Uint8Array =>
      compressDatabase(Buffer.concat(piece.map((entry) => databaseTarEntry(entry, kind))), 'zstd');
    const db = frame('db');
    const files = frame('files');
    into.db.push(db);
    into.files.push(files);
    into.chunks.push({
      id: undefined,
      members: piece.map(memberOf),
      dbBytes: db.byteLength,
      dbCrc: crc32(db),
      filesBytes: files.byteLength,
      filesCrc: crc32(files),
    });
  }
}

/** Which chunks have to be written anew, and the changes that fall into each. */
function distribute(
  chunks: readonly Chunk[],
  changes: Changes,
): Map<number, Map<string, DatabaseEntry | undefined>> {
  const firstNames = chunks.map((chunk) => chunk.members[0]?.name ?? '');
  const touched = new Map<number, Map<string, DatabaseEntry | undefined>>();
  for (const [name, entry] of changes) {
    const index = chunkOf(firstNames, name);
    const group = touched.get(index) ?? new Map<string, DatabaseEntry | undefined>();
    touched.set(index, group.set(name, entry));
  }
  // What would become a crumb is written together with its neighbour.
  for (const [index, group] of [...touched]) {
    const gone = [...group.values()].filter((entry) => entry === undefined).length;
    const neighbour = index + 1 < chunks.length ? index + 1 : index - 1;
    const isCrumb = (chunks[index]?.members.length ?? 0) - gone < smallSize;
    if (isCrumb && neighbour >= 0 && !touched.has(neighbour)) touched.set(neighbour, new Map());
  }
  return touched;
}

/**
 * The databases of a new generation: chunks without a change are copied as they are, the others written anew.
 * Throws PUB006 when the base is damaged.
 */
export function compose(places: Places, base: Base, changes: Changes): Composed {
  const into: Writing = { chunks: [], db: [], files: [] };
  if (!base.chunks || base.chunks.length === 0) {
    const before = base.folder === undefined ? [] : readAllEntries(places, base.folder);
    writeEntries(apply(before, changes), into);
  } else {
    const source = new ChunkSource(places, base);
    const touched = distribute(base.chunks, changes);
    let run: DatabaseEntry[] = [];
    for (const [index, chunk] of base.chunks.entries()) {
      const group = touched.get(index);
      if (group) {
        run = [...run, ...apply(source.entries(index, endFrame), group)];
        continue;
      }
      writeEntries(run, into);
      run = [];
      const { db, files } = source.frames(index);
      into.db.push(db);
      into.files.push(files);
      into.chunks.push(chunk);
    }
    writeEntries(run, into);
  }
  const packages = into.chunks.reduce((sum, chunk) => sum + chunk.members.length, 0);
  return { chunks: into.chunks, db: [...into.db, endFrame], files: [...into.files, endFrame], packages };
}

/** Every package of a composed generation. */
export function membersOf(composed: Composed): readonly Member[] {
  return composed.chunks.flatMap((chunk) => chunk.members);
}
