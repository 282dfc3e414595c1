import { join } from 'node:path';
import {
  type Clock,
  digestBytes,
  ensureFolder,
  entryFacts,
  hashFile,
  namesIn,
  openGrowingFile,
  removeEmptyFolder,
  removeEntry,
  systemClock,
} from '../../host/index.ts';
import type { Digest } from '../../primitives/index.ts';
import type { ObjectStore } from '../../store/index.ts';

/** A piece of an upload as it comes in. */
export interface UploadPiece {
  /** The token it came with: uploads of different tokens do not meet. */
  readonly owner: string;
  readonly digest: Digest;
  /** Where the piece begins in the object. */
  readonly offset: number;
  /** Length of the whole object. */
  readonly lengthBytes: number;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Called when another request takes the upload over because this one stands still: `bytes` has to end. */
  readonly giveUp: () => void;
}

/** What became of a piece; `offset` is where the upload goes on. */
export type UploadVerdict =
  /** In the store, verified and durable. */
  | { readonly kind: 'complete'; readonly offset: number }
  | { readonly kind: 'partial'; readonly offset: number }
  /** The piece does not begin where the upload stands; nothing was taken. */
  | { readonly kind: 'elsewhere'; readonly offset: number }
  /** Another request writes this upload. */
  | { readonly kind: 'busy'; readonly offset: number }
  /** As many uploads as are allowed are under way. */
  | { readonly kind: 'crowded' }
  | { readonly kind: 'too-large'; readonly why: string }
  /** The bytes have another hash; the upload was dropped. */
  | { readonly kind: 'wrong-hash'; readonly found: Digest };

/** Takes objects in from builders, piece by piece and resumable, and hands stored ones out. */
export interface ObjectIntake {
  /** A stored, verified object; undefined when there is none. Throws STO002 when it is damaged. */
  object(digest: Digest): Promise<{ readonly path: string; readonly sizeBytes: number } | undefined>;
  /** How far an upload got. */
  standing(owner: string, digest: Digest): Promise<{ readonly offset: number; readonly isComplete: boolean }>;
  /** Takes a piece. What arrived before `bytes` failed is kept. */
  receive(piece: UploadPiece): Promise<UploadVerdict>;
  /** Removes uploads that nobody went on with; returns how many. */
  sweep(): number;
}

export interface ObjectIntakeOptions {
  readonly store: ObjectStore;
  /** Folder for uploads in progress, on the store's file system: `FOLDER/TOKEN-HASH/DIGEST`. */
  readonly folder: string;
  /** Largest object, default 4 GiB. */
  readonly maxObjectBytes?: number;
  /** All that one token may have on its way, default 16 GiB. */
  readonly maxOwnerBytes?: number;
  /** Pieces that come in at one time, default 16. */
  readonly maxParallel?: number;
  /** After how long without a byte another request may take an upload over, default 10,000. */
  readonly stalledMs?: number;
  /** How long an upload that nobody goes on with is kept, default 24 h. */
  readonly keepMs?: number;
  readonly clock?: Clock;
}

interface Active {
  readonly owner: string;
  readonly lengthBytes: number;
  readonly giveUp: () => void;
  readonly ended: Promise<void>;
  readonly end: () => void;
  lastMs: number;
  /** All bytes are there and being verified: not to be taken over any more. */
  isFinishing: boolean;
  isTakenOver: boolean;
}

const gibibyte = 1024 ** 3;

class FolderIntake implements ObjectIntake {
  readonly #options: Required<ObjectIntakeOptions>;
  /** By path of the incoming file. */
  readonly #active = new Map<string, Active>();

  constructor(options: ObjectIntakeOptions) {
    this.#options = {
      maxObjectBytes: 4 * gibibyte,
      maxOwnerBytes: 16 * gibibyte,
      maxParallel: 16,
      stalledMs: 10_000,
      keepMs: 24 * 60 * 60 * 1000,
      clock: systemClock,
      ...options,
    };
    ensureFolder(options.folder, 0o700);
  }

  async object(digest: Digest): Promise<{ path: string; sizeBytes: number } | undefined> {
    if (!(await this.#options.store.has(digest))) return undefined;
    const path = await this.#options.store.path(digest);
    return { path, sizeBytes: entryFacts(path)?.sizeBytes ?? 0 };
  }

  async standing(owner: string, digest: Digest): Promise<{ offset: number; isComplete: boolean }> {
    const stored = await this.object(digest);
    if (stored) return { offset: stored.sizeBytes, isComplete: true };
    return { offset: this.#sizeOf(this.#pathOf(owner, digest)), isComplete: false };
  }

  async receive(piece: UploadPiece): Promise<UploadVerdict> {
    const { maxObjectBytes, maxOwnerBytes, maxParallel, stalledMs, clock } = this.#options;
    const stored = await this.object(piece.digest);
    if (stored) return { kind: 'complete', offset: stored.sizeBytes };
    if (piece.lengthBytes > maxObjectBytes)
      return { kind: 'too-large', why: `An object may have ${maxObjectBytes} bytes.` };
    const path = this.#pathOf(piece.owner, piece.digest);
    for (let other = this.#active.get(path); other !== undefined; other = this.#active.get(path)) {
      if (other.isFinishing || clock.nowMs() - other.lastMs < stalledMs)
        return { kind: 'busy', offset: this.#sizeOf(path) };
      other.isTakenOver = true;
      other.giveUp();
      await other.ended;
    }
    if (this.#active.size >= maxParallel) return { kind: 'crowded' };
    const others = this.#bytesOf(piece.owner, path);
    if (others + piece.lengthBytes > maxOwnerBytes)
      return { kind: 'too-large', why: `One token may have ${maxOwnerBytes} bytes on their way.` };
    const active = beginActive(piece, clock.nowMs());
    this.#active.set(path, active);
    try {
      return await this.#write(path, piece, active);
    } finally {
      this.#active.delete(path);
      active.end();
      this.#tidy(piece.owner);
    }
  }

  async #write(path: string, piece: UploadPiece, active: Active): Promise<UploadVerdict> {
    ensureFolder(this.#folderOf(piece.owner), 0o700);
    const file = await openGrowingFile(path);
    try {
      if (file.sizeBytes !== piece.offset) return { kind: 'elsewhere', offset: file.sizeBytes };
      for await (const bytes of piece.bytes) {
        if (active.isTakenOver) return { kind: 'busy', offset: file.sizeBytes };
        active.lastMs = this.#options.clock.nowMs();
        if (file.sizeBytes + bytes.byteLength > piece.lengthBytes)
          return { kind: 'too-large', why: `There are more bytes than the ${piece.lengthBytes} announced.` };
        await file.append(bytes);
      }
      if (active.isTakenOver) return { kind: 'busy', offset: file.sizeBytes };
      active.isFinishing = true;
      if (file.sizeBytes < piece.lengthBytes) return { kind: 'partial', offset: file.sizeBytes };
    } finally {
      await file.close();
      // An upload that has no byte yet is none.
      if (file.sizeBytes === 0 && piece.lengthBytes > 0) removeEntry(path);
    }
    return this.#admit(path, piece);
  }

  async #admit(path: string, piece: UploadPiece): Promise<UploadVerdict> {
    const { digest } = await hashFile(path);
    if (digest !== piece.digest) {
      removeEntry(path);
      return { kind: 'wrong-hash', found: digest };
    }
    await this.#options.store.putFile(path, { move: true });
    return { kind: 'complete', offset: piece.lengthBytes };
  }

  sweep(): number {
    const { folder, keepMs, clock } = this.#options;
    const oldest = clock.nowMs() - keepMs;
    let swept = 0;
    for (const owner of namesIn(folder)) {
      for (const name of namesIn(join(folder, owner))) {
        const path = join(folder, owner, name);
        const facts = entryFacts(path);
        if (this.#active.has(path) || facts === undefined || facts.modifiedMs >= oldest) continue;
        if (removeEntry(path)) swept += 1;
      }
      this.#tidyFolder(owner);
    }
    return swept;
  }

  /** The token itself is written nowhere. */
  #nameOf(owner: string): string {
    return digestBytes(`upload ${owner}`).slice(0, 32);
  }

  #folderOf(owner: string): string {
    return join(this.#options.folder, this.#nameOf(owner));
  }

  #pathOf(owner: string, digest: Digest): string {
    return join(this.#folderOf(owner), digest);
  }

  #sizeOf(path: string): number {
    return entryFacts(path)?.sizeBytes ?? 0;
  }

  /** Bytes that an owner's other uploads have or will have. */
  #bytesOf(owner: string, except: string): number {
    const folder = this.#folderOf(owner);
    const paths = new Set(namesIn(folder).map((name) => join(folder, name)));
    for (const [path, active] of this.#active) if (active.owner === owner) paths.add(path);
    paths.delete(except);
    let sum = 0;
    for (const path of paths) sum += this.#active.get(path)?.lengthBytes ?? this.#sizeOf(path);
    return sum;
  }

  #tidy(owner: string): void {
    this.#tidyFolder(this.#nameOf(owner));
  }

  #tidyFolder(name: string): void {
    const path = join(this.#options.folder, name);
    for (const other of this.#active.keys()) if (other.startsWith(`${path}/`)) return;
    if (entryFacts(path)?.kind === 'folder') removeEmptyFolder(path);
  }
}

function beginActive(piece: UploadPiece, nowMs: number): Active {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    owner: piece.owner,
    lengthBytes: piece.lengthBytes,
    giveUp: piece.giveUp,
    ended: promise,
    end: resolve,
    lastMs: nowMs,
    isFinishing: false,
    isTakenOver: false,
  };
}

/** Opens the intake over a store; uploads of an earlier process go on where they were. Throws SYS004. */
export function openObjectIntake(options: ObjectIntakeOptions): ObjectIntake {
  return new FolderIntake(options);
}
