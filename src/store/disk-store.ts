import { fault } from '../diagnostics/index.ts';
import {
  bytesIfThere,
  type Clock,
  copyHashing,
  digestBytes,
  type EntryFacts,
  ensureFolder,
  entryFacts,
  fsyncDirectory,
  type HashedBytes,
  hashFile,
  linkNew,
  namesIn,
  removeEntry,
  renameEntry,
  setMode,
  syncTogether,
  systemClock,
  systemRandom,
  writeDurably,
} from '../host/index.ts';
import type { Digest } from '../primitives/index.ts';
import { collectObjects, emptyTrash } from './collection.ts';
import { digestOnShelf, StoreLayout } from './layout.ts';
import type { CollectionReport, ObjectStore, PutOptions, StoredObject } from './object-store.ts';

export interface DiskStoreOptions {
  /** Folder of the store; made when missing. */
  readonly root: string;
  readonly clock?: Clock | undefined;
  /**
   * How long `path` trusts that an object it has verified is still whole, in milliseconds, default 60,000, as long
   * as inode, size and time of change are the same. The trade: a disk that loses a bit within this time is noticed
   * by the next verification, not by this one. `readBytes` and `verifyAll` never trust.
   */
  readonly trustMs?: number | undefined;
}

interface Verified {
  readonly facts: EntryFacts;
  readonly atMs: number;
}

const objectMode = 0o444;
const leftoverMs = 24 * 60 * 60 * 1000;

class DiskStore implements ObjectStore {
  readonly #layout: StoreLayout;
  readonly #clock: Clock;
  readonly #trustMs: number;
  readonly #verified = new Map<Digest, Verified>();
  /** Made here and not known to be durable yet. */
  readonly #newShelves = new Set<string>();

  constructor(options: DiskStoreOptions) {
    this.#layout = new StoreLayout(options.root);
    this.#clock = options.clock ?? systemClock;
    this.#trustMs = options.trustMs ?? 60_000;
    for (const folder of this.#layout.folders()) ensureFolder(folder);
    for (const name of namesIn(this.#layout.incoming)) {
      const path = `${this.#layout.incoming}/${name}`;
      const facts = entryFacts(path);
      if (facts && this.#clock.nowMs() - facts.modifiedMs > leftoverMs) removeEntry(path);
    }
  }

  #incoming(): string {
    return `${this.#layout.incoming}/${systemRandom.hex(12)}`;
  }

  /** Gives durable bytes their name. Whoever lost a race against an equal object ends with the object all the same. */
  async #admit(temporary: string, hashed: HashedBytes): Promise<StoredObject> {
    const { digest } = hashed;
    const object = this.#layout.object(digest);
    const shelf = this.#layout.shelf(digest);
    const folders = [shelf];
    if (entryFacts(shelf) === undefined) {
      ensureFolder(shelf);
      this.#newShelves.add(shelf);
    }
    // also when another one that is under way made it
    if (this.#newShelves.has(shelf)) folders.push(this.#layout.objects);
    let isNew = linkNew(temporary, object);
    if (removeEntry(this.#layout.mark(digest)) || !isNew) {
      // A collection may have taken the object away before it saw that the mark is gone.
      if (!isNew && entryFacts(object) === undefined) isNew = linkNew(temporary, object);
      folders.push(this.#layout.condemned);
    }
    await syncTogether(folders);
    this.#newShelves.delete(shelf);
    removeEntry(temporary);
    if (isNew) this.#remember(digest);
    return hashed;
  }

  #remember(digest: Digest): void {
    const facts = entryFacts(this.#layout.object(digest));
    if (facts) this.#verified.set(digest, { facts, atMs: this.#clock.nowMs() });
  }

  async putFile(path: string, options: PutOptions = {}): Promise<StoredObject> {
    const facts = entryFacts(path);
    if (facts?.kind !== 'file') {
      const what = facts ? `'${path}' is not a regular file` : `'${path}' does not exist`;
      throw fault('STO003', { what });
    }
    const temporary = this.#incoming();
    // A file with a second name could still be changed through it, so it is copied.
    const mayMove =
      options.move === true &&
      facts.names === 1 &&
      facts.device === entryFacts(this.#layout.incoming)?.device;
    if (!mayMove) {
      const stored = await cleanly(temporary, async () =>
        this.#admitWhole(temporary, await copyHashing(path, temporary, objectMode)),
      );
      if (options.move) removeEntry(path);
      return stored;
    }
    renameEntry(path, temporary);
    setMode(temporary, objectMode);
    const hashed = options.known ?? (await hashFile(temporary));
    await syncTogether([temporary]);
    return this.#admitWhole(temporary, hashed);
  }

  /** Like `#admit`, but an object that is there already and damaged is replaced by the good bytes. */
  async #admitWhole(temporary: string, hashed: HashedBytes): Promise<StoredObject> {
    if (entryFacts(this.#layout.object(hashed.digest))) await this.#isWhole(hashed.digest);
    return await this.#admit(temporary, hashed);
  }

  async putBytes(bytes: Uint8Array): Promise<StoredObject> {
    const digest = digestBytes(bytes);
    const stored = { digest, sizeBytes: bytes.byteLength };
    // what this process knows to be there, durable and whole, is not written again, unless a collection has its eye on it
    const isKnown = this.#verified.has(digest) && !entryFacts(this.#layout.mark(digest));
    if (isKnown && (await this.#isWhole(digest))) return stored;
    const temporary = this.#incoming();
    return cleanly(temporary, () => {
      writeDurably(temporary, bytes, objectMode);
      setMode(temporary, objectMode);
      return this.#admitWhole(temporary, stored);
    });
  }

  async has(digest: Digest): Promise<boolean> {
    return this.#facts(digest) !== undefined;
  }

  /** Facts of an object; one that a collection is about to remove is given back to its shelf first. */
  #facts(digest: Digest): EntryFacts | undefined {
    const path = this.#layout.object(digest);
    const facts = entryFacts(path);
    if (facts || !entryFacts(this.#layout.trashed(digest))) return facts;
    removeEntry(this.#layout.mark(digest));
    linkNew(this.#layout.trashed(digest), path);
    return entryFacts(path);
  }

  /** Reads an object again unless that was just done; a damaged one goes to quarantine and false is returned. */
  async #isWhole(digest: Digest, trustMs = this.#trustMs): Promise<boolean> {
    const path = this.#layout.object(digest);
    const facts = entryFacts(path);
    if (!facts) return false;
    const known = this.#verified.get(digest);
    const isSame =
      known !== undefined &&
      known.facts.inode === facts.inode &&
      known.facts.sizeBytes === facts.sizeBytes &&
      known.facts.modifiedMs === facts.modifiedMs;
    if (isSame && this.#clock.nowMs() - known.atMs < trustMs) return true;
    if (facts.kind === 'file' && (await hashFile(path)).digest === digest) {
      this.#verified.set(digest, { facts, atMs: this.#clock.nowMs() });
      return true;
    }
    this.#isolate(digest);
    return false;
  }

  #isolate(digest: Digest): void {
    this.#verified.delete(digest);
    const place = `${this.#layout.quarantine}/${digest}-${systemRandom.hex(4)}`;
    renameEntry(this.#layout.object(digest), place);
    fsyncDirectory(this.#layout.shelf(digest));
    fsyncDirectory(this.#layout.quarantine);
  }

  #missing(digest: Digest): Error {
    return fault('STO001', { what: `object '${digest}' is not in the store` });
  }

  #damaged(digest: Digest): Error {
    return fault('STO002', { what: `object '${digest}' is damaged and was moved to quarantine` });
  }

  async path(digest: Digest): Promise<string> {
    if (!this.#facts(digest)) throw this.#missing(digest);
    if (!(await this.#isWhole(digest))) throw this.#damaged(digest);
    return this.#layout.object(digest);
  }

  async readBytes(digest: Digest): Promise<Uint8Array> {
    const bytes = this.#facts(digest) && bytesIfThere(this.#layout.object(digest));
    if (!bytes) throw this.#missing(digest);
    if (digestBytes(bytes) === digest) return bytes;
    this.#isolate(digest);
    throw this.#damaged(digest);
  }

  async verify(digest: Digest): Promise<boolean> {
    return await this.#isWhole(digest, 0);
  }

  async verifyAll(onProgress?: (done: number, total: number) => void): Promise<readonly Digest[]> {
    const all: Digest[] = [];
    for await (const { digest } of this.list()) all.push(digest);
    const damaged: Digest[] = [];
    for (const [index, digest] of all.entries()) {
      const gone = entryFacts(this.#layout.object(digest)) === undefined;
      if (!gone && !(await this.#isWhole(digest, 0))) damaged.push(digest);
      onProgress?.(index + 1, all.length);
    }
    return damaged;
  }

  async *list(): AsyncGenerator<StoredObject> {
    for (const shelf of [...namesIn(this.#layout.objects)].sort()) {
      for (const name of [...namesIn(`${this.#layout.objects}/${shelf}`)].sort()) {
        const digest = digestOnShelf(shelf, name);
        const facts = digest && entryFacts(this.#layout.object(digest));
        if (digest && facts) yield { digest, sizeBytes: facts.sizeBytes };
      }
    }
  }

  async collect(isReferenced: (digest: Digest) => boolean, graceMs: number): Promise<CollectionReport> {
    const nowMs = this.#clock.nowMs();
    const report = await collectObjects({
      layout: this.#layout,
      objects: this.list(),
      isReferenced,
      graceMs,
      nowMs,
    });
    for (const digest of this.#verified.keys()) {
      if (!entryFacts(this.#layout.object(digest))) this.#verified.delete(digest);
    }
    return report;
  }

  /** Ends a collection that was killed; nothing that anybody may refer to is removed here. */
  resume(): void {
    emptyTrash(this.#layout, () => true);
  }
}

/** Opens the store in a folder, made when missing. Throws SYS004 when the folder cannot be used. */
export function openDiskStore(options: DiskStoreOptions): ObjectStore {
  const store = new DiskStore(options);
  store.resume();
  return store;
}

/** Removes what was written when the work fails, as on a full disk, where it would lie until the next start. */
async function cleanly<T>(temporary: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    removeEntry(temporary);
    throw error;
  }
}
