import { fault } from '../diagnostics/index.ts';
import type { BsonDocument } from '../formats/extended-json/index.ts';
import { hashesRecord } from './blos.ts';
import type { Blob, DynamicKey, DynamicRecord, DynamicStore, Use } from './contract.ts';
import type { ScopeOptions } from './integrity-scope.ts';
import { fieldAt } from './record-store.ts';
import { keptUses, noteUse } from './uses.ts';

type Found = DynamicRecord & { readonly blob: Blob };

/** The mapping that a key stands for; the caller's own object is never changed. */
function wholeKey({ key = {}, finalName }: DynamicKey): BsonDocument {
  return finalName === undefined ? key : { ...key, final_name: finalName };
}

/** Archives by name and key. */
export class RecordedArchives implements DynamicStore {
  readonly scope: string;
  readonly #options: ScopeOptions;

  constructor(options: ScopeOptions) {
    this.scope = options.scope;
    this.#options = options;
  }

  indexOf(key: DynamicKey): string {
    return this.#options.records.indexOf({ key: wholeKey(key) });
  }

  find(key: DynamicKey): Found | undefined {
    const found = this.read(this.indexOf(key));
    return found?.blob ? { ...found, blob: found.blob } : undefined;
  }

  read(index: string): DynamicRecord | undefined {
    const record = this.#options.records.read(index);
    return record && this.#readRecord(index, record);
  }

  #readRecord(index: string, record: BsonDocument): DynamicRecord | undefined {
    const sha512 = fieldAt(record, 'hashes.sha512');
    if (typeof sha512 !== 'string') return undefined;
    return {
      index,
      key: (record['key'] ?? {}) as BsonDocument,
      metadata: (record['metadata'] ?? {}) as BsonDocument,
      sha512,
      blob: this.#options.blos.find(sha512),
    };
  }

  async put(key: DynamicKey, blob: Blob, metadata: BsonDocument = {}): Promise<Found> {
    const { records, clock, blos } = this.#options;
    const index = this.indexOf(key);
    await this.#changing(index, async () => {
      await records.write({
        key: wholeKey(key),
        hashes: hashesRecord(blob),
        metadata: { created_on: new Date(clock.nowMs()), ...metadata },
        ...keptUses(records.read(index)),
      });
    });
    const record = this.read(index);
    const here = blos.find(blob.sha512);
    if (!record || !here) throw fault('FPL002', { what: `object '${blob.sha512}' is missing` });
    return { ...record, blob: here };
  }

  exclusively<Result>(key: DynamicKey, work: () => Promise<Result>): Promise<Result> {
    return this.#options.locks.hold(`dynamic/${this.scope}/${this.indexOf(key)}`, work);
  }

  async noteUse(index: string, use: Use): Promise<void> {
    const { records, clock } = this.#options;
    await noteUse({ records, clock, alone: (work) => this.#changing(index, work) }, index, use);
  }

  /** Reads and writes a record as one; not the lock of `exclusively`, within which records are changed. */
  #changing(index: string, work: () => Promise<void>): Promise<void> {
    return this.#options.locks.hold(`changes/${this.scope}/${index}`, work);
  }

  async remove(index: string): Promise<boolean> {
    return await this.#options.records.remove(index);
  }

  *list(): Generator<DynamicRecord> {
    for (const { index, record } of this.#options.records.records()) {
      const read = this.#readRecord(index, record);
      if (read) yield read;
    }
  }
}
