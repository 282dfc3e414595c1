import type { BsonDocument } from '../formats/extended-json/index.ts';
import type { Ledger, LedgerEntry } from './contract.ts';
import type { RecordStore } from './record-store.ts';

function readEntry({ path, sha512, autogen_id, written_on }: BsonDocument): LedgerEntry | undefined {
  if (typeof path !== 'string' || typeof sha512 !== 'string' || typeof autogen_id !== 'string')
    return undefined;
  const writtenOn = written_on instanceof Date ? written_on : new Date(0);
  return { path, sha512, autogenId: autogen_id, writtenOn };
}

/** What was made where, and what it was then: a file that differs is somebody else's work by now. */
export class RecordedLedger implements Ledger {
  readonly #records: RecordStore;

  constructor(records: RecordStore) {
    this.#records = records;
  }

  async note({ path, sha512, autogenId, writtenOn }: LedgerEntry): Promise<void> {
    await this.#records.write({ path, sha512, autogen_id: autogenId, written_on: writtenOn });
  }

  find(path: string): LedgerEntry | undefined {
    const record = this.#records.find({ path });
    return record && readEntry(record);
  }

  async forget(path: string): Promise<boolean> {
    return await this.#records.remove(this.#records.indexOf({ path }));
  }

  *list(): Generator<LedgerEntry> {
    for (const { record } of this.#records.records()) {
      const entry = readEntry(record);
      if (entry) yield entry;
    }
  }
}
