// What putting jobs in and working them off costs.
import { readFileSync } from 'node:fs';
import { type RedisOptions, type RedisServer, startRedis } from '../../test/redis-server.ts';

export interface Cost {
  /** Until all jobs were in the queue. */
  readonly putMs: number;
  /** From then until the last one was done. */
  readonly drainMs: number;
  /** Processor time of this process and the server, in ms. */
  readonly cpuMs: number;
  /** The server's part of it. */
  readonly serverMs: number;
}

export const wholeMs = ({ putMs, drainMs }: Cost): number => putMs + drainMs;

/** Counts processor time from now on. */
export function counting(redis: RedisServer): () => Pick<Cost, 'cpuMs' | 'serverMs'> {
  const [own, server] = [ownMs(), redisCpuMs(redis)];
  return () => {
    const serverMs = redisCpuMs(redis) - server;
    return { serverMs, cpuMs: ownMs() - own + serverMs };
  };
}

function ownMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** From /proc, which counts in hundredths of a second. */
export function redisCpuMs({ pid }: RedisServer): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** A server of its own for some work. */
export async function withRedis<T>(
  work: (redis: RedisServer) => Promise<T>,
  more: NonNullable<RedisOptions['more']> = [],
): Promise<T> {
  const redis = await startRedis({ more });
  try {
    return await work(redis);
  } finally {
    await redis.dispose();
  }
}
