import { fault, type Problem } from '../diagnostics/index.ts';
import type { BsonDocument } from '../formats/extended-json/index.ts';
import {
  copyHashingThrice,
  ensureFolder,
  entryFacts,
  type FileHashes,
  hashFileThrice,
  linkNew,
  type Random,
  removeEntry,
  renameEntry,
  setMode,
} from '../host/index.ts';
import { type Digest, parseDigest } from '../primitives/index.ts';
import type { ObjectStore } from '../store/index.ts';
import type { Blob, Blos, Hashes } from './contract.ts';
import type { LaterSync } from './later-sync.ts';
import {
  ensureShelf,
  FileBackend,
  isIndex,
  shelfFolders,
  shelvedNames,
  shelvedPath,
} from './record-backend.ts';
import { collectionKeys, fieldAt, RecordStore } from './record-store.ts';

/** The folder of objects in the stores with this root. */
export const blosFolder = (root: string): string => `${root}/stores/blos`;

const blobPath = (folder: string, sha512: string): string => `${folder}/${shelvedPath(sha512)}.blob`;

/** Where the bytes of an object are, or would be, in stores that are not opened here because a stranger wrote them. */
export const blobPathIn = (root: string, sha512: string): string => blobPath(blosFolder(root), sha512);

export interface BlosOptions {
  /** `stores/blos`. */
  readonly folder: string;
  /** For files on their way in; on the same file system as the objects, so that nothing is copied twice. */
  readonly incoming: string;
  readonly objects: ObjectStore;
  readonly random: Random;
  /** For names and records; the bytes are durable when they are in. */
  readonly later: LaterSync;
  readonly onProblem: (problem: Problem) => void;
}

const objectMode = 0o444;

/** The `hashes` of a record (specification, 4.1). */
export function hashesRecord({ sha512, sha256, blake2b, sizeBytes }: Hashes): BsonDocument {
  return { blake2b, sha256, sha512, size: sizeBytes };
}

/** The other way round; undefined when something is missing. */
export function readHashes(record: BsonDocument): Hashes | undefined {
  const [sha512, sha256, blake2b, size] = ['sha512', 'sha256', 'blake2b', 'size'].map((name) =>
    fieldAt(record, `hashes.${name}`),
  );
  const sizeBytes = typeof size === 'bigint' ? Number(size) : size;
  if (typeof sha512 !== 'string' || typeof sha256 !== 'string' || typeof blake2b !== 'string')
    return undefined;
  return typeof sizeBytes === 'number' ? { sha512, sha256, blake2b, sizeBytes } : undefined;
}

/** Which hash or size differs, in words; undefined when all agree. */
export function differenceOf(
  found: Hashes,
  wanted: { readonly [Name in keyof Hashes]?: Hashes[Name] | undefined },
): string | undefined {
  for (const name of ['sizeBytes', 'sha512', 'sha256', 'blake2b'] as const) {
    const value = wanted[name];
    if (value !== undefined && String(value).toLowerCase() !== String(found[name])) {
      return `its ${name === 'sizeBytes' ? 'size' : name} is ${found[name]}, not ${value}`;
    }
  }
  return undefined;
}

/**
 * Objects by SHA-512: bytes first, then the record, each in one step (specification, 4.3). The bytes are one more name of an
 * object of the store, so that putting, verifying and collecting them is done in one place.
 */
export class DiskBlos implements Blos {
  readonly #options: BlosOptions;
  readonly #records: RecordStore;

  constructor(options: BlosOptions) {
    this.#options = options;
    ensureFolder(options.folder);
    this.#records = new RecordStore({
      name: 'blos',
      key: collectionKeys.blos,
      required: ['hashes.sha512', 'hashes.sha256', 'hashes.blake2b', 'hashes.size'],
      backend: new FileBackend(options.folder, options.random, { later: options.later }),
      onProblem: options.onProblem,
    });
  }

  find(sha512: string): Blob | undefined {
    const hashes = this.record(sha512);
    if (!hashes) return undefined;
    const path = this.pathOf(sha512);
    const facts = entryFacts(path);
    return facts?.kind === 'file' && facts.sizeBytes === hashes.sizeBytes ? { ...hashes, path } : undefined;
  }

  /** What the record says, whether the bytes are there or not. */
  record(sha512: string): Hashes | undefined {
    if (!isIndex(sha512)) return undefined;
    const record = this.#records.read(sha512);
    return record && readHashes(record);
  }

  /** Where the bytes of an object are, or would be. */
  pathOf(sha512: string): string {
    return blobPath(this.#options.folder, sha512);
  }

  recordPathOf(sha512: string): string {
    return this.#records.placeOf(sha512);
  }

  /** Digest of the object in the store that has the same bytes. */
  objectOf(hashes: Hashes): Digest {
    return parseDigest(hashes.sha256) as Digest;
  }

  async insertFile(path: string, options: { readonly move?: boolean | undefined } = {}): Promise<Blob> {
    const facts = entryFacts(path);
    if (facts?.kind !== 'file') {
      const what = facts ? `'${path}' is not a regular file` : `'${path}' does not exist`;
      throw fault('STO003', { what });
    }
    const { incoming, random } = this.#options;
    const temporary = `${incoming}/${random.hex(12)}`;
    const mayMove =
      options.move === true && facts.names === 1 && facts.device === entryFacts(incoming)?.device;
    try {
      if (mayMove) {
        renameEntry(path, temporary);
        return await this.admit(temporary, await hashFileThrice(temporary));
      }
      const blob = await this.admit(temporary, await copyHashingThrice(path, temporary, objectMode));
      if (options.move) removeEntry(path);
      return blob;
    } finally {
      removeEntry(temporary);
    }
  }

  /** Takes a file over that is ours alone and was hashed as it is now. */
  async admit(path: string, hashes: FileHashes): Promise<Blob> {
    const { objects } = this.#options;
    const digest = this.objectOf(hashes);
    await objects.putFile(path, { move: true, known: { digest, sizeBytes: hashes.sizeBytes } });
    await this.#link(await objects.path(digest), hashes);
    const known = this.record(hashes.sha512);
    if (!known || differenceOf(known, hashes)) await this.#records.write({ hashes: hashesRecord(hashes) });
    return { ...hashes, path: this.pathOf(hashes.sha512) };
  }

  /** Gives an object its name among the blobs; bytes that are there and whole keep their inode. */
  async #link(object: string, hashes: Hashes): Promise<void> {
    const blob = this.pathOf(hashes.sha512);
    const { folder, random, later } = this.#options;
    const shelf = ensureShelf(folder, hashes.sha512);
    const isNew = linkNew(object, blob);
    later.add(shelfFolders(folder, hashes.sha512));
    if (isNew) return;
    const temporary = `${shelf}/.${random.hex(8)}.blob`;
    try {
      linkNew(object, temporary);
      if (await this.#isSame(blob, temporary, hashes)) return;
      renameEntry(temporary, blob);
      // the stores may have been settled meanwhile
      later.add([shelf]);
    } finally {
      removeEntry(temporary);
    }
  }

  async #isSame(blob: string, good: string, hashes: Hashes): Promise<boolean> {
    const facts = entryFacts(blob);
    if (facts?.kind !== 'file' || facts.sizeBytes !== hashes.sizeBytes) return false;
    const isOne = facts.inode === entryFacts(good)?.inode;
    if (!isOne && differenceOf(await hashFileThrice(blob), hashes) !== undefined) return false;
    if ((facts.mode & 0o222) !== 0) setMode(blob, objectMode);
    return true;
  }

  /** Gives an object that has lost its blob the one of the store, when that is whole; false when it is not. */
  async restore(hashes: Hashes): Promise<boolean> {
    const { objects } = this.#options;
    const digest = this.objectOf(hashes);
    if (!(await objects.verify(digest))) return false;
    const path = await objects.path(digest);
    if (differenceOf(await hashFileThrice(path), hashes)) return false;
    await this.#link(path, hashes);
    return true;
  }

  async verify(blob: Blob): Promise<void> {
    const facts = entryFacts(blob.path);
    if (!facts) throw fault('FPL002', { what: `object '${blob.sha512}' is missing` });
    const difference = differenceOf(await hashFileThrice(blob.path), blob);
    if (difference) throw fault('FPL002', { what: `object '${blob.sha512}' is damaged: ${difference}` });
  }

  list(): Iterable<string> {
    return this.#records.indexes();
  }

  /** Objects that have bytes, with or without a record. */
  blobs(): Iterable<string> {
    return shelvedNames(this.#options.folder, (name) => /^([0-9a-f]{128})\.blob$/.exec(name)?.[1]);
  }

  async removeRecord(sha512: string): Promise<boolean> {
    return await this.#records.remove(sha512);
  }
}
