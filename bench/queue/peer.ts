// BullMQ itself: one queue, one worker.
import { Queue, Worker } from 'bullmq';
import type { RedisServer } from '../../test/redis-server.ts';
import { timed } from '../measure/figures.ts';
import { type Cost, counting } from './cost.ts';
import { entryAt } from './jobs.ts';

/** Puts jobs in, a thousand at a time, and works them off. `keep`: BullMQ keeps those that are done, as it does unless told otherwise. */
export async function bullmq(
  redis: RedisServer,
  count: number,
  { slots, keep }: { readonly slots: number; readonly keep: boolean },
): Promise<Cost> {
  const connection = { host: redis.host, port: redis.port, maxRetriesPerRequest: null };
  const queue = new Queue('bench', { connection });
  await queue.waitUntilReady();
  const counted = counting(redis);
  const putMs = await timed(async () => {
    const jobs = Array.from({ length: count }, (_, at) => ({
      name: 'job',
      data: entryAt(at),
      opts: { priority: ((at * 7919) % 1000) + 1, ...(keep ? {} : { removeOnComplete: true }) },
    }));
    for (let at = 0; at < jobs.length; at += 1000) await queue.addBulk(jobs.slice(at, at + 1000));
  });
  let worker: Worker | undefined;
  const drainMs = await timed(
    () =>
      new Promise<void>((resolve, reject) => {
        let left = count;
        worker = new Worker('bench', async () => undefined, { connection, concurrency: slots });
        worker.on('error', reject);
        worker.on('completed', () => {
          left -= 1;
          if (left === 0) resolve();
        });
      }),
  );
  const cost = { putMs, drainMs, ...counted() };
  await worker?.close();
  await queue.close();
  return cost;
}
