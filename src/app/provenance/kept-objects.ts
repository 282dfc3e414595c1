import { isFault } from '../../diagnostics/index.ts';
import { type Digest, parseDigest } from '../../primitives/index.ts';
import { readBuildRecord } from '../build-records.ts';
import type { Farm } from '../farm.ts';

/**
 * Objects that say how those that are `kept` were made and that it takes to make them again: statements, bills, records,
 * and what the records name as being in the store. Records that wait for being published count, too.
 */
export async function provenanceObjects(farm: Farm, kept: ReadonlySet<Digest>): Promise<ReadonlySet<Digest>> {
  const found = new Set<Digest>();
  const records = new Set<Digest>();
  for (const { object, record, envelope, bill } of farm.database.provenance.all()) {
    if (!kept.has(object)) continue;
    records.add(record);
    found.add(record).add(envelope);
    if (bill !== undefined) found.add(bill);
  }
  for (const { artifact } of farm.database.artifacts.unpublished()) {
    if (artifact.record) records.add(artifact.record);
  }
  for (const record of records) for (const digest of await materialsOf(farm, record)) found.add(digest);
  return found;
}

/** What a record says that the store has; nothing when it is gone itself. */
async function materialsOf({ store }: Farm, record: Digest): Promise<readonly Digest[]> {
  try {
    const { materials } = await readBuildRecord(store, record);
    return materials.flatMap(({ isKept, digest }) => {
      const object = isKept ? parseDigest(digest.sha256 ?? '') : undefined;
      return object === undefined ? [] : [object];
    });
  } catch (error) {
    if (isFault(error)) return [];
    throw error;
  }
}
