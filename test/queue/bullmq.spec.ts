import { afterAll, beforeAll } from 'vitest';
import { BullmqQueue } from '../../src/queue/bullmq/index.ts';
import { describeQueueBackend } from './conformance.ts';
import { type RedisUnderTest, startRedis } from './redis-server.ts';
import { startHolder } from './start-holder.ts';

let redis: RedisUnderTest;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.dispose());

describeQueueBackend('bullmq queue', async ({ clock, longestWaitMs }) => {
  await redis.flush();
  const options = { connection: redis, farm: 'test', clock, time: clock, longestWaitMs, pollMs: 50 };
  return {
    connect: async () => new BullmqQueue(options),
    startHolder: (leaseMs) => startHolder('bullmq', String(redis.port), leaseMs),
    dispose: async () => undefined,
  };
});
