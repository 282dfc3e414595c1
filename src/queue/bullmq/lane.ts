import type { BuilderName } from '../../primitives/index.ts';
import { fitOf, laneLabels } from '../class-fit.ts';
import type { QueueEntry } from '../queue-backend.ts';
import { needOf } from '../room.ts';

/** Prefix of a farm's BullMQ queues. The braces keep all keys of a farm in one slot of a cluster. */
export const prefixOf = (farm: string): string => `{packmill:${farm}}`;

/**
 * Name of the BullMQ queue of an entry: `FIT|URGENCY|SHARE|LABELS`; an architecture is one of the labels. FIT is `class-RANK` or `builder-NAME`; text of
 * others is percent-encoded, so that `|`, `,` and `:` only stand where they are put here.
 */
export function laneOf(entry: QueueEntry): string {
  const fit = fitOf(entry.buildClass);
  const labels = laneLabels(entry).join(',');
  const where = 'rank' in fit ? `class-${fit.rank}` : addressed(fit.address);
  return `${where}|${entry.urgency ?? 0}|${encodeURIComponent(entry.share ?? '')}|${labels}`;
}

/** FIT of the jobs that are addressed to a builder. */
export const addressed = (builder: BuilderName | string): string => `builder-${encodeURIComponent(builder)}`;

/**
 * Id of the BullMQ job of an entry: `SINCE-OFFER-MEMORY-DISK-JOB`. Numbers of equal width make the order of ids the
 * order by age, which is how a sorted set orders jobs of one priority; the room an entry needs is told by the id, so
 * that one command looks at many. BullMQ wants no `:` in it.
 */
export function idOf(entry: QueueEntry): string {
  const { memoryBytes, diskBytes } = needOf(entry);
  const job = entry.job.replace(/[:%]/g, encodeURIComponent);
  return `${padded(entry.readySinceMs)}-${padded(entry.offer)}-${whole(memoryBytes)}-${whole(diskBytes)}-${job}`;
}

const whole = (value: number): number => Math.min(Math.max(0, Math.ceil(value)), Number.MAX_SAFE_INTEGER);
const padded = (value: number): string => String(whole(Math.floor(value))).padStart(16, '0');
