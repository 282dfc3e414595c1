import type { BsonDocument } from '../formats/extended-json/index.ts';
import type { Clock } from '../host/index.ts';
import type { Blob, Blos, IntegrityRecord, IntegrityScope, Use } from './contract.ts';
import type { Locks } from './locks.ts';
import type { RecordStore } from './record-store.ts';
import { keptUses, noteUse, readUses } from './uses.ts';

export interface ScopeOptions {
  readonly scope: string;
  readonly records: RecordStore;
  readonly blos: Blos;
  readonly locks: Locks;
  readonly clock: Clock;
}

/** Address to hash. */
export class RecordedIntegrity implements IntegrityScope {
  readonly scope: string;
  readonly #options: ScopeOptions;

  constructor(options: ScopeOptions) {
    this.scope = options.scope;
    this.#options = options;
  }

  find(url: string): IntegrityRecord | undefined {
    const record = this.#options.records.find({ url });
    return record && this.#read(record);
  }

  indexOf(url: string): string {
    return this.#options.records.indexOf({ url });
  }

  #read(record: BsonDocument): IntegrityRecord | undefined {
    const { url, sha512, updated_on } = record;
    if (typeof url !== 'string' || typeof sha512 !== 'string') return undefined;
    const updatedOn = updated_on instanceof Date ? updated_on : new Date(0);
    return { url, sha512, updatedOn, blob: this.#options.blos.find(sha512), uses: readUses(record) };
  }

  async put(url: string, blob: Blob): Promise<void> {
    const { records, clock } = this.#options;
    await this.#alone(url, async () => {
      await records.write({
        url,
        sha512: blob.sha512,
        updated_on: new Date(clock.nowMs()),
        ...keptUses(records.find({ url })),
      });
    });
  }

  async forget(url: string): Promise<boolean> {
    const { records } = this.#options;
    return await records.remove(records.indexOf({ url }));
  }

  async noteUse(url: string, use: Use): Promise<void> {
    const { records, clock } = this.#options;
    const alone = (work: () => Promise<void>): Promise<void> => this.#alone(url, work);
    await noteUse({ records, clock, alone }, records.indexOf({ url }), use);
  }

  #alone(url: string, work: () => Promise<void>): Promise<void> {
    const { records, locks, scope } = this.#options;
    return locks.hold(`integrity/${scope}/${records.indexOf({ url })}`, work);
  }

  *list(): Generator<IntegrityRecord> {
    for (const { record } of this.#options.records.records()) {
      const read = this.#read(record);
      if (read) yield read;
    }
  }
}
