import {
  bytesIfThere,
  entryFacts,
  fsyncDirectory,
  linkNew,
  namesIn,
  removeEntry,
  renameEntry,
  replaceFile,
} from '../host/index.ts';
import { type Digest, parseDigest } from '../primitives/index.ts';
import type { StoreLayout } from './layout.ts';
import type { CollectionReport, StoredObject } from './object-store.ts';

export interface CollectionInput {
  readonly layout: StoreLayout;
  readonly objects: AsyncIterable<StoredObject>;
  readonly isReferenced: (digest: Digest) => boolean;
  readonly graceMs: number;
  readonly nowMs: number;
}

/** When an object was condemned; undefined when it is not. A mark that cannot be read counts as just made. */
function condemnedAt(layout: StoreLayout, digest: Digest, nowMs: number): number | undefined {
  const bytes = bytesIfThere(layout.mark(digest));
  if (!bytes) return undefined;
  const text = Buffer.from(bytes).toString('latin1').trim();
  return /^\d{1,15}$/.test(text) ? Number(text) : nowMs;
}

/**
 * Ends what an earlier collection began: an object in the trash whose mark is gone was put again meanwhile
 * and goes back; one that is still condemned goes for good. Safe to repeat, and safe after a kill at any point.
 */
export function emptyTrash(layout: StoreLayout, isReferenced: (digest: Digest) => boolean): void {
  for (const name of namesIn(layout.trash)) {
    const digest = parseDigest(name);
    if (!digest) continue;
    const wanted = entryFacts(layout.mark(digest)) === undefined || isReferenced(digest);
    if (wanted) {
      linkNew(layout.trashed(digest), layout.object(digest));
      fsyncDirectory(layout.shelf(digest));
      removeEntry(layout.mark(digest));
    }
    removeEntry(layout.trashed(digest));
    if (!wanted) removeEntry(layout.mark(digest));
  }
}

/**
 * Removes one condemned object. It is renamed first and looked at again: whoever puts the same bytes meanwhile
 * takes the mark away, finds the object gone and links it anew, or we find the mark gone and give it back.
 */
function remove(input: CollectionInput, digest: Digest): boolean {
  const { layout } = input;
  renameEntry(layout.object(digest), layout.trashed(digest));
  emptyTrashOf(input, digest);
  return entryFacts(layout.object(digest)) === undefined;
}

function emptyTrashOf(input: CollectionInput, digest: Digest): void {
  const { layout } = input;
  if (entryFacts(layout.mark(digest)) === undefined) {
    linkNew(layout.trashed(digest), layout.object(digest));
    fsyncDirectory(layout.shelf(digest));
    removeEntry(layout.trashed(digest));
    return;
  }
  removeEntry(layout.trashed(digest));
  removeEntry(layout.mark(digest));
}

/** The two phases of a collection: condemn what nobody refers to, remove what has been condemned long enough. */
export async function collectObjects(input: CollectionInput): Promise<CollectionReport> {
  const { layout, isReferenced, graceMs, nowMs } = input;
  let condemned = 0;
  let removed = 0;
  let removedBytes = 0;
  let kept = 0;
  emptyTrash(layout, isReferenced);
  for await (const { digest, sizeBytes } of input.objects) {
    const since = condemnedAt(layout, digest, nowMs);
    if (isReferenced(digest)) {
      if (since !== undefined) removeEntry(layout.mark(digest));
      kept += 1;
    } else if (since === undefined) {
      replaceFile(layout.mark(digest), `${nowMs}\n`);
      condemned += 1;
      kept += 1;
    } else if (nowMs - since > graceMs && remove(input, digest)) {
      removed += 1;
      removedBytes += sizeBytes;
    } else {
      kept += 1;
    }
  }
  // Marks of objects that are gone say nothing.
  for (const name of namesIn(layout.condemned)) {
    const digest = parseDigest(name);
    if (!digest || entryFacts(layout.object(digest)) === undefined)
      removeEntry(`${layout.condemned}/${name}`);
  }
  return { condemned, removed, removedBytes, kept };
}
