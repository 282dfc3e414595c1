import {
  bytesIfThere,
  ensureFolder,
  entryFacts,
  fsyncDirectory,
  namesIn,
  type Random,
  removeEntry,
  replaceFileLater,
} from '../host/index.ts';

/** Where the texts of records are kept, by index. */
export interface RecordBackend {
  read(index: string): string | undefined;
  /** Changes with the text; undefined when there is none, or when it cannot be told without reading it. */
  stampOf?(index: string): string | undefined;
  /** Durable, and never seen in part. */
  write(index: string, text: string): Promise<void>;
  /** False when there is none. */
  remove(index: string): Promise<boolean>;
  /** Sorted. */
  indexes(): Iterable<string>;
  /** For messages. */
  placeOf(index: string): string;
}

/** `aa/bb/cc/<index>`: the layout of all collections (specification, 4.2). */
export function shelvedPath(index: string): string {
  return `${shelfOf(index)}/${index}`;
}

/** `aa/bb/cc`. */
export function shelfOf(index: string): string {
  return `${index.slice(0, 2)}/${index.slice(2, 4)}/${index.slice(4, 6)}`;
}

/** Makes the folder of an index below a collection, durably; returns its path. */
export function ensureShelf(folder: string, index: string): string {
  const shelf = `${folder}/${shelfOf(index)}`;
  if (entryFacts(shelf) === undefined) {
    ensureFolder(shelf);
    for (const parent of [
      `${folder}/${index.slice(0, 2)}/${index.slice(2, 4)}`,
      `${folder}/${index.slice(0, 2)}`,
      folder,
    ]) {
      fsyncDirectory(parent);
    }
  }
  return shelf;
}

/** Records as files. Other programs take every file whose name does not end in `.blob` for a record: files on their way do. */
export class FileBackend implements RecordBackend {
  readonly #folder: string;
  readonly #random: Random;

  constructor(folder: string, random: Random) {
    this.#folder = folder;
    this.#random = random;
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
    const shelf = ensureShelf(this.#folder, index);
    await replaceFileLater(this.placeOf(index), text, `${shelf}/.${this.#random.hex(8)}.blob`);
  }

  async remove(index: string): Promise<boolean> {
    const isRemoved = removeEntry(this.placeOf(index));
    if (isRemoved) fsyncDirectory(`${this.#folder}/${shelfOf(index)}`);
    return isRemoved;
  }

  *indexes(): Generator<string> {
    yield* shelvedNames(this.#folder, (name) => (isIndex(name) ? name : undefined));
  }

  placeOf(index: string): string {
    return `${this.#folder}/${shelvedPath(index)}`;
  }
}

/** Whether a name is one of a record or of an object: a SHA-512. */
export const isIndex = (name: string): boolean => /^[0-9a-f]{128}$/.test(name);

/** What `pick` makes of the names on the shelves below a folder, in order of the names; strangers are passed over. */
export function* shelvedNames(folder: string, pick: (name: string) => string | undefined): Generator<string> {
  const pairs = (path: string): readonly string[] =>
    namesIn(path)
      .filter((name) => /^[0-9a-f]{2}$/.test(name))
      .sort();
  for (const a of pairs(folder)) {
    for (const b of pairs(`${folder}/${a}`)) {
      for (const c of pairs(`${folder}/${a}/${b}`)) {
        for (const name of [...namesIn(`${folder}/${a}/${b}/${c}`)].sort()) {
          const picked = name.startsWith(a + b + c) ? pick(name) : undefined;
          if (picked !== undefined) yield picked;
        }
      }
    }
  }
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
