import type { BsonDocument, BsonValue } from '../formats/extended-json/index.ts';
import type { Clock } from '../host/index.ts';
import type { Use } from './contract.ts';
import type { RecordStore } from './record-store.ts';

export type NotedUse = Use & { readonly accessedOn: Date };

const mostUses = 64;
/** A use is written down anew only when the last note of it is older, so that a run that finds everything writes nothing. */
const freshMs = 24 * 60 * 60 * 1000;

/** The uses that a record has, newest first. */
export function readUses(record: BsonDocument): readonly NotedUse[] {
  const list = record['refs'];
  if (!Array.isArray(list)) return [];
  return (list as readonly BsonValue[]).flatMap((one) => {
    if (typeof one !== 'object' || one === null) return [];
    const { autogen_path, catpkg, final_name, accessed_on } = one as BsonDocument;
    if (typeof autogen_path !== 'string' || typeof catpkg !== 'string' || typeof final_name !== 'string')
      return [];
    if (!(accessed_on instanceof Date)) return [];
    return [{ autogenId: autogen_path, catpkg, finalName: final_name, accessedOn: accessed_on }];
  });
}

/** The record with one more use, one for each package; undefined when it says so already. */
function withUse(record: BsonDocument, use: Use, nowMs: number): BsonDocument | undefined {
  const uses = readUses(record);
  const last = uses.find(({ catpkg }) => catpkg === use.catpkg);
  const isFresh =
    last !== undefined &&
    last.finalName === use.finalName &&
    last.autogenId === use.autogenId &&
    nowMs - last.accessedOn.getTime() < freshMs;
  if (isFresh) return undefined;
  const others = uses.filter(({ catpkg }) => catpkg !== use.catpkg);
  const all = [{ ...use, accessedOn: new Date(nowMs) }, ...others].slice(0, mostUses);
  return {
    ...record,
    refs: all.map(({ autogenId, catpkg, finalName, accessedOn }) => ({
      type: 'autogen',
      autogen_path: autogenId,
      catpkg,
      final_name: finalName,
      accessed_on: accessedOn,
    })),
  };
}

/** The uses of a record, for the one that replaces it. */
export function keptUses(record: BsonDocument | undefined): BsonDocument {
  const refs = record?.['refs'];
  return refs === undefined ? {} : { refs };
}

export interface UsedRecords {
  readonly records: RecordStore;
  readonly clock: Clock;
  /** Runs work while nobody else changes the record. */
  alone(work: () => Promise<void>): Promise<void>;
}

/** Writes a use into a record, unless there is none or it says so already. */
export async function noteUse(
  { records, clock, alone }: UsedRecords,
  index: string,
  use: Use,
): Promise<void> {
  const changed = (): BsonDocument | undefined => {
    const record = records.read(index);
    return record && withUse(record, use, clock.nowMs());
  };
  if (!changed()) return;
  await alone(async () => {
    const record = changed();
    if (record) await records.write(record);
  });
}
