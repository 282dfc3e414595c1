import type { BuilderName, JobId } from '../../primitives/index.ts';
import type { Lease, QueueEntry } from '../queue-backend.ts';
import type { EntryRow } from './queue-statements.ts';

/** The columns of an entry, as parameters of `offer` and `restore`. */
export function columnsOf(entry: QueueEntry, lane: number) {
  const { urgency, share, labels, arch } = entry;
  const plain = [urgency, share, labels, arch].every((field) => field === undefined);
  return {
    job: entry.job,
    offer: entry.offer,
    priority: entry.priority,
    since: entry.readySinceMs,
    class: entry.buildClass ?? null,
    lane,
    share: share ?? '',
    memory: entry.memoryBytes ?? null,
    disk: entry.diskBytes ?? null,
    more: plain ? null : JSON.stringify({ urgency, share, labels, arch }),
  };
}

/** The entry of a row, with exactly the fields it was offered with. */
export function entryOf(row: EntryRow): QueueEntry {
  return {
    job: row.job as JobId,
    offer: row.offer,
    priority: row.priority,
    readySinceMs: row.ready_since_ms,
    buildClass: row.build_class ?? undefined,
    ...(row.more === null ? {} : (JSON.parse(row.more) as Partial<QueueEntry>)),
    ...(row.memory_bytes === null ? {} : { memoryBytes: row.memory_bytes }),
    ...(row.disk_bytes === null ? {} : { diskBytes: row.disk_bytes }),
  };
}

/** The lease of a row, undefined when it is ready. */
export function leaseOf(row: EntryRow): Lease | undefined {
  if (row.fence === null) return undefined;
  return {
    entry: entryOf(row),
    builder: (row.builder ?? '') as BuilderName,
    fence: row.fence,
    untilMs: row.until_ms ?? 0,
  };
}
