import { fault } from '../../diagnostics/index.ts';
import { type DatabaseEntry, parseDesc, readDatabase } from '../../formats/pacman/index.ts';
import { bytesIfThere, crc32 } from '../../host/index.ts';
import { generationFolder, type Places } from './places.ts';
import type { Chunk, GenerationRow, Member, RepositoryRecord } from './record.ts';

/** The state that a new generation is built on. */
export interface Base {
  /** Undefined when nothing is published yet. */
  readonly number: number | undefined;
  readonly folder: string | undefined;
  /** Every package, in the order of names. */
  readonly members: readonly Member[];
  /** Undefined when the generation was not recorded: then everything is written anew. */
  readonly chunks: readonly Chunk[] | undefined;
}

export const emptyBase: Base = { number: undefined, folder: undefined, members: [], chunks: [] };

/** The member that an entry of a database stands for. */
export function memberOf(entry: DatabaseEntry): Member {
  const fileName = parseDesc(entry.desc).get('FILENAME')?.[0] ?? '';
  return { name: entry.name, version: entry.version, fileName };
}

const byName = (a: { name: string }, b: { name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

/** All entries of a generation from its `files` database, in the order of names. Throws PUB006. */
export function readAllEntries(places: Places, folder: string): readonly DatabaseEntry[] {
  const path = `${folder}/${places.filesDatabase}`;
  const bytes = bytesIfThere(path);
  if (!bytes) throw fault('PUB006', { what: `'${path}' is missing` });
  const { entries, problems } = readDatabase(bytes, path);
  const [first] = problems;
  if (first) throw fault('PUB006', { what: `'${path}' cannot be read: ${first.what}` });
  return [...entries].sort(byName);
}

/** What a generation contains. */
export function loadBase(places: Places, record: RepositoryRecord, number: number | undefined): Base {
  if (number === undefined) return emptyBase;
  const folder = generationFolder(places, number);
  const row: GenerationRow | undefined = record.generation(number);
  const chunks = row?.chunks && record.chunks(row.chunks);
  const members = chunks
    ? chunks.flatMap((chunk) => chunk.members)
    : readAllEntries(places, folder).map(memberOf);
  return { number, folder, members, chunks };
}

/** The database files of a generation as chunks: untouched ones are copied as they are. */
export class ChunkSource {
  readonly #chunks: readonly Chunk[];
  readonly #db: { readonly path: string; readonly bytes: Uint8Array };
  readonly #files: { readonly path: string; readonly bytes: Uint8Array };
  readonly #offsets: readonly { readonly db: number; readonly files: number }[];

  constructor(places: Places, base: Base) {
    this.#chunks = base.chunks ?? [];
    const read = (name: string): { path: string; bytes: Uint8Array } => {
      const path = `${base.folder}/${name}`;
      const bytes = base.folder === undefined ? Buffer.alloc(0) : bytesIfThere(path);
      if (!bytes) throw fault('PUB006', { what: `'${path}' is missing` });
      return { path, bytes };
    };
    this.#db = read(places.database);
    this.#files = read(places.filesDatabase);
    const offsets: { db: number; files: number }[] = [];
    let db = 0;
    let files = 0;
    for (const chunk of this.#chunks) {
      offsets.push({ db, files });
      db += chunk.dbBytes;
      files += chunk.filesBytes;
    }
    this.#offsets = offsets;
  }

  /** The compressed bytes of one chunk. Throws PUB006 when they are not what was written. */
  frames(index: number): { readonly db: Uint8Array; readonly files: Uint8Array } {
    const chunk = this.#chunks[index];
    const offset = this.#offsets[index];
    if (!chunk || !offset) throw new RangeError(`there is no chunk ${index}`);
    const db = this.#db.bytes.subarray(offset.db, offset.db + chunk.dbBytes);
    const files = this.#files.bytes.subarray(offset.files, offset.files + chunk.filesBytes);
    if (crc32(db) !== chunk.dbCrc) throw this.#damaged(this.#db.path, offset.db);
    if (crc32(files) !== chunk.filesCrc) throw this.#damaged(this.#files.path, offset.files);
    return { db, files };
  }

  #damaged(path: string, offset: number): Error {
    return fault('PUB006', { what: `'${path}' has other bytes than were written, from byte ${offset} on` });
  }

  /** The entries of one chunk. Throws PUB006. */
  entries(index: number, end: Uint8Array): readonly DatabaseEntry[] {
    const { files } = this.frames(index);
    const { entries, problems } = readDatabase(Buffer.concat([files, end]), this.#files.path);
    const [first] = problems;
    if (first) throw fault('PUB006', { what: `'${this.#files.path}' cannot be read: ${first.what}` });
    return entries;
  }
}
