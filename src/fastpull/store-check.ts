import { ensureFolder, entryFacts, hashFileThrice, namesIn, renameEntry } from '../host/index.ts';
import { differenceOf } from './blos.ts';
import { RecordedArchives } from './dynamic-store.ts';
import { RecordedIntegrity } from './integrity-scope.ts';
import type { FastpullParts } from './open-fastpull.ts';
import { isIndex } from './record-backend.ts';
import { collectionKeys } from './record-store.ts';

/** One thing that is wrong in the stores. */
export interface StoreTrouble {
  /**
   * `lost`: a record names an object that is not here; `unreadable`: a record is none; `no-blob`: a record without bytes;
   * `wrong-size`, `damaged`: the bytes are others; `no-record`: bytes that nothing describes.
   */
  readonly kind: 'lost' | 'unreadable' | 'no-blob' | 'wrong-size' | 'damaged' | 'no-record';
  readonly sha512: string;
  /** The record or the bytes. */
  readonly path: string;
  /** Address or key of a record that names the object. */
  readonly wantedBy: string | undefined;
  readonly words: string;
  /** What `repair` did. */
  readonly repair?: 'quarantined' | 'restored' | undefined;
}

export interface StoreReport {
  readonly records: number;
  readonly objects: number;
  readonly troubles: readonly StoreTrouble[];
}

export interface CheckOptions {
  /** Reads all bytes and compares all hashes. */
  readonly full?: boolean | undefined;
  /** Moves what is wrong out of the way, and gives objects back that the farm's store still has. */
  readonly repair?: boolean | undefined;
}

/** Names of the scopes of a kind that there are. */
export function scopesOf(parts: FastpullParts, kind: 'integrity' | 'dynamic'): readonly string[] {
  return [...namesIn(`${parts.storesFolder}/${kind}`)].filter((name) => !name.startsWith('.')).sort();
}

/** All records that name objects, of all scopes. */
export function* references(
  parts: FastpullParts,
): Generator<{ readonly sha512: string; readonly wantedBy: string }> {
  for (const scope of scopesOf(parts, 'integrity')) {
    const records = parts.records(`integrity/${scope}`, collectionKeys.integrity);
    for (const { sha512, url } of new RecordedIntegrity({ ...parts, scope, records }).list()) {
      yield { sha512, wantedBy: url };
    }
  }
  for (const scope of scopesOf(parts, 'dynamic')) {
    const records = parts.records(`dynamic/${scope}`, collectionKeys.dynamic);
    for (const { sha512, index } of new RecordedArchives({ ...parts, scope, records }).list()) {
      yield { sha512, wantedBy: `dynamic/${scope}/${index}` };
    }
  }
}

/**
 * Looks over everything: integrity and dynamic records to object records to bytes to sizes and, with `full`, to all hashes
 * (specification, 4.4). Nothing is changed without `repair`.
 */
export async function checkStores(parts: FastpullParts, options: CheckOptions = {}): Promise<StoreReport> {
  const check = new StoreCheck(parts, options);
  return await check.run();
}

class StoreCheck {
  readonly #parts: FastpullParts;
  readonly #options: CheckOptions;
  readonly #troubles: StoreTrouble[] = [];
  readonly #wanted = new Map<string, string>();
  #records = 0;
  #objects = 0;

  constructor(parts: FastpullParts, options: CheckOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  async run(): Promise<StoreReport> {
    const { blos } = this.#parts;
    for (const { sha512, wantedBy } of references(this.#parts)) {
      this.#records += 1;
      this.#wanted.set(sha512, wantedBy);
    }
    const known = new Set(blos.list());
    for (const sha512 of known) {
      await this.#checkObject(sha512);
      this.#objects += 1;
    }
    for (const sha512 of blos.blobs()) {
      if (!known.has(sha512))
        await this.#note('no-record', sha512, blos.pathOf(sha512), 'no record describes these bytes');
    }
    for (const sha512 of this.#wanted.keys()) {
      if (!known.has(sha512))
        await this.#note('lost', sha512, blos.recordPathOf(sha512), 'the object is not here');
    }
    return { records: this.#records, objects: this.#objects, troubles: this.#troubles };
  }

  async #checkObject(sha512: string): Promise<void> {
    const { blos } = this.#parts;
    const hashes = blos.record(sha512);
    const path = blos.pathOf(sha512);
    if (!hashes)
      return await this.#note('unreadable', sha512, blos.recordPathOf(sha512), 'the record cannot be read');
    const facts = entryFacts(path);
    if (!facts) return await this.#note('no-blob', sha512, path, 'the bytes are gone');
    if (facts.sizeBytes !== hashes.sizeBytes) {
      const words = `it has ${facts.sizeBytes} bytes, not ${hashes.sizeBytes}`;
      return await this.#note('wrong-size', sha512, path, words);
    }
    if (!this.#options.full) return;
    const difference = differenceOf(await hashFileThrice(path), hashes);
    if (difference) await this.#note('damaged', sha512, path, difference);
  }

  async #note(kind: StoreTrouble['kind'], sha512: string, path: string, words: string): Promise<void> {
    const repair = this.#options.repair ? await this.#repair(kind, sha512) : undefined;
    this.#troubles.push({ kind, sha512, path, words, wantedBy: this.#wanted.get(sha512), repair });
  }

  /** What is wrong goes to quarantine; then the farm's store is asked for the same bytes. */
  async #repair(kind: StoreTrouble['kind'], sha512: string): Promise<StoreTrouble['repair']> {
    const { blos } = this.#parts;
    const hashes = blos.record(sha512);
    if (kind === 'lost') return undefined;
    if (kind !== 'unreadable') moveAway(this.#parts, sha512, 'blob');
    if (hashes && (await blos.restore(hashes))) return 'restored';
    moveAway(this.#parts, sha512, 'record');
    return 'quarantined';
  }
}

/** False when there is nothing to move. */
function moveAway(parts: FastpullParts, sha512: string, what: 'blob' | 'record'): boolean {
  const { blos, storesFolder, random } = parts;
  const path = what === 'blob' ? blos.pathOf(sha512) : blos.recordPathOf(sha512);
  if (!entryFacts(path)) return false;
  const quarantine = `${storesFolder}/.quarantine`;
  ensureFolder(quarantine);
  renameEntry(path, `${quarantine}/${sha512}-${random.hex(4)}${what === 'blob' ? '.blob' : ''}`);
  return true;
}

/**
 * Moves an object to quarantine, whatever it is like: its bytes, its record, and the store's object when that is damaged.
 * False when there is none of that name.
 */
export async function quarantineObject(parts: FastpullParts, sha512: string): Promise<boolean> {
  const { blos, objects } = parts;
  // what is no name of an object would name a file somewhere else
  if (!isIndex(sha512)) return false;
  const hashes = blos.record(sha512);
  const isMoved = [moveAway(parts, sha512, 'blob'), moveAway(parts, sha512, 'record')].includes(true);
  if (hashes) await objects.verify(blos.objectOf(hashes));
  return isMoved;
}
