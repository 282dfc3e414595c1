import type { Claimant, QueueEntry } from './queue-backend.ts';

/** Memory and disk in bytes; what is not known counts as none. */
export interface Room {
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/**
 * How many entries a backend looks at in one lane (entries of the same class or address, urgency, share, labels and architecture)
 * to find one that fits into the room a builder has left.
 */
export const lookPerLane = 256;

/** What an entry takes by its recorded peaks. */
export const needOf = (entry: Pick<QueueEntry, 'memoryBytes' | 'diskBytes'>): Room => ({
  memoryBytes: entry.memoryBytes ?? 0,
  diskBytes: entry.diskBytes ?? 0,
});

/** What a claimant has left. */
export const freeOf = (claimant: Claimant): Room => ({
  memoryBytes: claimant.freeMemoryBytes ?? Number.POSITIVE_INFINITY,
  diskBytes: claimant.freeDiskBytes ?? Number.POSITIVE_INFINITY,
});

/** Whether a need fits into a room. A need of nothing fits everywhere, even where a builder counts below nothing. */
export const fitsInto = (need: Room, room: Room): boolean =>
  (need.memoryBytes === 0 || need.memoryBytes <= room.memoryBytes) &&
  (need.diskBytes === 0 || need.diskBytes <= room.diskBytes);

/** Two rooms together; `sign` -1 takes the second away. */
export const addRoom = (a: Room, b: Room, sign: 1 | -1 = 1): Room => ({
  memoryBytes: a.memoryBytes + sign * b.memoryBytes,
  diskBytes: a.diskBytes + sign * b.diskBytes,
});
