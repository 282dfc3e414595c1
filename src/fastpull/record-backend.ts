import {
  bytesIfThere,
  ensureFolder,
  entryFacts,
  fsyncDirectory,
  namesIn,
  type Random,
  removeEntry,
  replaceFileLater,
  syncTogether,
} from '../host/index.ts';
import type { LaterSync } from './later-sync.ts';

/** Where the texts of records are kept, by index. */
export interface RecordBackend {
  read(index: string): string | undefined;
  /** Changes with the text; undefined when there is none, or when it cannot be told without reading it. */
  stampOf?(index: string): string | undefined;
  /** Never seen in part; durable at once, or when the stores are settled. */
  write(index: string, text: string): Promise<void>;
  /** False when there is none. */
  remove(index: string): Promise<boolean>;
  /** Sorted. */
  indexes(): Iterable<string>;
  /** For messages. */
  placeOf(index: string): string;
}

/** `aa/bb/cc/<index>`: the layout of all collections that other programs share (specification, 4.2). */
export function shelvedPath(index: string): string {
  return `${shelfOf(index)}/${index}`;
}

/** How many folders an index lies below: `aa/bb/cc` for what others share, fewer for what is ours alone. */
export type Levels = 1 | 2 | 3;

/** `aa/bb/cc`. */
export function shelfOf(index: string, levels: Levels = 3): string {
  const a = index.slice(0, 2);
  if (levels === 1) return a;
  const ab = `${a}/${index.slice(2, 4)}`;
  return levels === 2 ? ab : `${ab}/${index.slice(4, 6)}`;
}

/** Makes the folder of an index below a collection, which is durable when the folders of `shelfFolders` are; returns its path. */
export function ensureShelf(folder: string, index: string, levels: Levels = 3): string {
  const shelf = `${folder}/${shelfOf(index, levels)}`;
  if (entryFacts(shelf) === undefined) ensureFolder(shelf);
  return shelf;
}

/** The folder of an index and those above it, up to the collection. */
export function shelfFolders(folder: string, index: string, levels: Levels = 3): readonly string[] {
  const below = ([1, 2, 3] as const).filter((level) => level <= levels);
  return [folder, ...below.map((level) => `${folder}/${shelfOf(index, level)}`)];
}

export interface FileBackendOptions {
  /** Takes what has to be made durable; without it each record is durable when it is written. */
  readonly later?: LaterSync | undefined;
  /** Default 3, as other programs have it. A folder costs as much as a record. */
  readonly levels?: Levels | undefined;
}

/** Records as files. Other programs take every file whose name does not end in `.blob` for a record: files on their way do. */
export class FileBackend implements RecordBackend {
  readonly #folder: string;
  readonly #random: Random;
  readonly #later: LaterSync | undefined;
  readonly #levels: Levels;

  constructor(folder: string, random: Random, { later, levels = 3 }: FileBackendOptions = {}) {
    this.#folder = folder;
    this.#random = random;
    this.#later = later;
    this.#levels = levels;
  }

  read(index: string): string | undefined {
    const bytes = bytesIfThere(this.placeOf(index));
    return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  }

  stampOf(index: string): string | undefined {
    const facts = entryFacts(this.placeOf(index));
    return facts && `${facts.inode} ${facts.sizeBytes} ${facts.modifiedMs}`;
  }

  async write(index: string, text: string): Promise<void> {
    const shelf = ensureShelf(this.#folder, index, this.#levels);
    const temporary = `${shelf}/.${this.#random.hex(8)}.blob`;
    const place = this.placeOf(index);
    await replaceFileLater(place, text, { temporary, isDurable: this.#later === undefined });
    const changed = [place, ...shelfFolders(this.#folder, index, this.#levels)];
    if (this.#later) this.#later.add(changed);
    else await syncTogether(changed);
  }

  async remove(index: string): Promise<boolean> {
    const isRemoved = removeEntry(this.placeOf(index));
    if (isRemoved) fsyncDirectory(`${this.#folder}/${shelfOf(index, this.#levels)}`);
    return isRemoved;
  }

  *indexes(): Generator<string> {
    yield* shelvedNames(this.#folder, (name) => (isIndex(name) ? name : undefined), this.#levels);
  }

  placeOf(index: string): string {
    return `${this.#folder}/${shelfOf(index, this.#levels)}/${index}`;
  }
}

/** Whether a name is one of a record or of an object: a SHA-512. */
export const isIndex = (name: string): boolean => /^[0-9a-f]{128}$/.test(name);

/** What `pick` makes of the names on the shelves below a folder, in order of the names; strangers are passed over. */
export function* shelvedNames(
  folder: string,
  pick: (name: string) => string | undefined,
  levels: Levels = 3,
): Generator<string> {
  const visit = function* (path: string, prefix: string): Generator<string> {
    const names = [...namesIn(path)].sort();
    if (prefix.length === 2 * levels) {
      for (const name of names) {
        const picked = name.startsWith(prefix) ? pick(name) : undefined;
        if (picked !== undefined) yield picked;
      }
      return;
    }
    for (const name of names) {
      if (/^[0-9a-f]{2}$/.test(name)) yield* visit(`${path}/${name}`, prefix + name);
    }
  };
  yield* visit(folder, '');
}

/** The twin for tests. */
export class MemoryBackend implements RecordBackend {
  readonly #texts = new Map<string, string>();

  read(index: string): string | undefined {
    return this.#texts.get(index);
  }
  async write(index: string, text: string): Promise<void> {
    this.#texts.set(index, text);
  }
  async remove(index: string): Promise<boolean> {
    return this.#texts.delete(index);
  }
  indexes(): Iterable<string> {
    return [...this.#texts.keys()].sort();
  }
  placeOf(index: string): string {
    return `memory:${index}`;
  }
}
