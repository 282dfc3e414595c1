import type { Digest } from '../primitives/index.ts';

export interface StoredObject {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** Report of one collection run. */
export interface CollectionReport {
  /** Newly marked as unreferenced in this run; they stay readable. */
  readonly condemned: number;
  /** Removed: condemned longer ago than the grace and still unreferenced. */
  readonly removed: number;
  readonly removedBytes: number;
  readonly kept: number;
}

export interface PutOptions {
  readonly move?: boolean | undefined;
  /** With `move`: what its bytes are, found while they were written just now; they are not read again. */
  readonly known?: StoredObject | undefined;
}

/** Content-addressed, write-once. An object that can be opened is complete. */
export interface ObjectStore {
  /** Copies a file in (or links it when on the same file system and `move` is set); durable on return. */
  putFile(path: string, options?: PutOptions): Promise<StoredObject>;
  putBytes(bytes: Uint8Array): Promise<StoredObject>;
  has(digest: Digest): Promise<boolean>;
  /** Path of the verified object, to hard-link or mount read-only; STO problem when missing or damaged (then quarantined). */
  path(digest: Digest): Promise<string>;
  readBytes(digest: Digest): Promise<Uint8Array>;
  /** Reads one object again, however lately that was done; a damaged one goes to quarantine. False: not whole, or not there. */
  verify(digest: Digest): Promise<boolean>;
  /** Checks every object; damaged ones go to quarantine and are returned. */
  verifyAll(onProgress?: (done: number, total: number) => void): Promise<readonly Digest[]>;
  list(): AsyncIterable<StoredObject>;
  /** Two phases: marks what `isReferenced` denies, removes what was marked longer than `graceMs` ago. Resumable. */
  collect(isReferenced: (digest: Digest) => boolean, graceMs: number): Promise<CollectionReport>;
}
