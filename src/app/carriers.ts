import type { Channel } from '../channel/index.ts';
import { MemoryCarrier } from '../channel/memory/index.ts';
import type { redisOf } from '../config/index.ts';
import type { Problem } from '../diagnostics/index.ts';
import type { Clock } from '../host/index.ts';
import { EmbeddedQueue } from '../queue/embedded/index.ts';
import type { QueueBackend } from '../queue/index.ts';
import { openTunnel, type Tunnel } from '../ssh/index.ts';

/** Shorter than what work on the queue may take: it is asked by those who want to know soon. */
const askMs = 1_500;

export type RedisSettings = NonNullable<ReturnType<typeof redisOf>>;

/** What carries jobs and messages between manager and builders. */
export interface Carriers {
  readonly queue: QueueBackend;
  readonly channel: Channel;
  /** Whether builders on other machines can be reached over it. */
  readonly isRemote: boolean;
  /** How the way to the queue store is; undefined when all is well. */
  trouble(): string | undefined;
  /** Asks the queue store for a sign of life, on a new connection; rejects soon, with QUE010 or QUE011. */
  ask(): Promise<void>;
  close(): Promise<void>;
}

export interface RedisCarrierOptions {
  readonly redis: RedisSettings;
  /** Name of the farm on the Redis. */
  readonly farm: string;
  readonly clock: Clock;
  readonly longestWaitMs?: number | undefined;
  /** Where keys of SSH hosts are remembered. */
  readonly stateFolder: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProblem: (problem: Problem) => void;
}

/**
 * Queue and messages on Redis or Valkey, through a tunnel where one is asked for (specification 13.6). Redis itself
 * may be away; a tunnel that cannot be opened within a minute is SSH001.
 */
export async function redisCarriers(options: RedisCarrierOptions): Promise<Carriers> {
  const { redis, farm, clock } = options;
  // a farm of one machine has no need of a client for Redis, the loading of which each command would wait for
  const [{ RedisChannel }, { BullmqQueue }] = await Promise.all([
    import('../channel/redis/index.ts'),
    import('../queue/bullmq/index.ts'),
  ]);
  const tunnel = redis.ssh ? await tunnelTo(options, redis.ssh) : undefined;
  const address = {
    host: tunnel ? '127.0.0.1' : redis.host,
    port: tunnel ? tunnel.port : redis.port,
    username: redis.username,
    password: redis.password,
    db: redis.db,
    database: redis.db,
  };
  const queue = new BullmqQueue({
    connection: address,
    farm,
    clock,
    ...(options.longestWaitMs === undefined ? {} : { longestWaitMs: options.longestWaitMs }),
  });
  const channel = new RedisChannel({ address, farm, clock });
  return {
    queue,
    channel,
    isRemote: true,
    trouble: () => {
      const status = tunnel?.status();
      if (status?.state !== 'down') return undefined;
      return `the tunnel to the queue store is down: ${status.problem?.what ?? 'ssh ended'}`;
    },
    ask: async () => {
      const asking = new BullmqQueue({ connection: address, farm, clock, commandTimeoutMs: askMs });
      await asking.counts().finally(() => asking.close());
    },
    close: async () => {
      await Promise.all([queue.close(), channel.close()]);
      await tunnel?.close();
    },
  };
}

function tunnelTo(options: RedisCarrierOptions, ssh: NonNullable<RedisSettings['ssh']>): Promise<Tunnel> {
  return openTunnel({
    server: {
      host: ssh.host,
      port: ssh.port,
      user: ssh.user,
      keyFile: ssh.key,
      ...(ssh['host-key'] === undefined ? {} : { hostKey: ssh['host-key'] }),
    },
    remotePort: options.redis.port,
    localPort: ssh['local-port'],
    stateFolder: options.stateFolder,
    clock: options.clock,
    signal: options.signal,
    onProblem: options.onProblem,
  });
}

/** Queue and messages without any service: a file of the farm, and this process. */
export function localCarriers(options: {
  readonly path: string;
  readonly clock: Clock;
  readonly longestWaitMs?: number | undefined;
}): Carriers {
  const { path, clock, longestWaitMs } = options;
  const queue = new EmbeddedQueue({ path, clock, ...(longestWaitMs === undefined ? {} : { longestWaitMs }) });
  const channel = new MemoryCarrier({ clock }).connect();
  return {
    queue,
    channel,
    isRemote: false,
    trouble: () => undefined,
    ask: async () => {},
    close: async () => {
      await Promise.all([queue.close(), channel.close()]);
    },
  };
}
