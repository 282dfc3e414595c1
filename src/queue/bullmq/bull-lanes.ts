import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { prefixOf } from './lane.ts';

/**
 * The farm's lanes as BullMQ's own queues, for dashboards and tools that speak BullMQ: to look at, not to work from.
 * They share the given connection; close each of them when done.
 */
export async function openBullLanes(redis: Redis, farm: string): Promise<Queue[]> {
  const bullmq = await import('bullmq');
  const prefix = prefixOf(farm);
  const names = new Set<string>();
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}:*:meta`, 'COUNT', 1000);
    cursor = next;
    for (const key of keys) names.add(key.slice(prefix.length + 1, -':meta'.length));
  } while (cursor !== '0');
  return [...names]
    .sort()
    .map((name) => new bullmq.Queue(name, { connection: redis, prefix, skipMetasUpdate: true }));
}
