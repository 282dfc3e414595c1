import { entryFacts, removeEntry } from '../host/index.ts';
import type { Digest } from '../primitives/index.ts';
import type { FastpullParts } from './open-fastpull.ts';
import { references } from './store-check.ts';

const dayMs = 24 * 60 * 60 * 1000;

export interface CollectOptions {
  /** Objects younger than this stay, whoever names them: somebody may be about to. */
  readonly keepDays: number;
  readonly dryRun?: boolean | undefined;
}

export interface StoreCollection {
  readonly kept: number;
  readonly removed: readonly string[];
  readonly removedBytes: number;
}

/**
 * Removes objects that no integrity or dynamic record of any scope names, as those of earlier builds of an archive
 * (specification, 4.4). Their bytes leave the disk when the store's own collection has taken its name away too.
 */
export async function collectBlos(parts: FastpullParts, options: CollectOptions): Promise<StoreCollection> {
  const { blos, clock } = parts;
  const wanted = new Set<string>();
  for (const { sha512 } of references(parts)) wanted.add(sha512);
  const removed: string[] = [];
  let kept = 0;
  let removedBytes = 0;
  for (const sha512 of new Set([...blos.list(), ...blos.blobs()])) {
    const place = entryFacts(blos.recordPathOf(sha512)) ?? entryFacts(blos.pathOf(sha512));
    const isYoung = place !== undefined && clock.nowMs() - place.modifiedMs < options.keepDays * dayMs;
    if (wanted.has(sha512) || isYoung) {
      kept += 1;
      continue;
    }
    removed.push(sha512);
    removedBytes += entryFacts(blos.pathOf(sha512))?.sizeBytes ?? 0;
    if (options.dryRun) continue;
    // the record first: bytes without one are nothing, a record without bytes would be trouble
    await blos.removeRecord(sha512);
    removeEntry(blos.pathOf(sha512));
  }
  return { kept, removed, removedBytes };
}

/** Objects of the store that are blobs here, so that its collection leaves them. */
export function* storedDigests(parts: FastpullParts): Generator<Digest> {
  for (const sha512 of parts.blos.list()) {
    const hashes = parts.blos.record(sha512);
    if (hashes) yield parts.blos.objectOf(hashes);
  }
}
