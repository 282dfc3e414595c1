import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/host/index.ts';
import { builderName, type JobId } from '../../src/primitives/index.ts';
import { BullmqQueue, openBullLanes } from '../../src/queue/bullmq/index.ts';
import type { Lease, QueueEntry } from '../../src/queue/index.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { describeQueueBackend } from './conformance.ts';
import { startHolder } from './start-holder.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.dispose());

const clock = systemClock;
const job = (name: string): JobId => `t/x/${name}` as JobId;
const entry = (name: string, offer: number, more?: Partial<QueueEntry>): QueueEntry => ({
  job: job(name),
  offer,
  priority: offer % 5,
  readySinceMs: clock.nowMs(),
  buildClass: (offer % 4) + 1,
  ...more,
});
const asOne = { builder: builderName('one'), builderClass: 5, leaseMs: 60_000, max: 1 };
const quiet = '--disable-warning=ExperimentalWarning';

describeQueueBackend('bullmq queue', async (setting) => {
  await redis.flush();
  const options = { connection: redis, farm: 'test', clock: setting.clock, time: setting.clock, pollMs: 50 };
  return {
    connect: async () => new BullmqQueue({ ...options, longestWaitMs: setting.longestWaitMs }),
    startHolder: (leaseMs) => startHolder('bullmq', String(redis.port), leaseMs),
    dispose: async () => undefined,
  };
});

it('gives builders their jobs also when the server refuses what another one asks for in the same moment', async () => {
  const queue = new BullmqQueue({ connection: redis, farm: 'beside', clock });
  await queue.offer([entry('a', 1), entry('b', 2)]);
  const refused = { ...asOne, builder: builderName('odd'), builderClass: Number.NaN };
  const [good, bad, also] = await Promise.allSettled([
    queue.claim(asOne),
    queue.claim(refused),
    queue.claim(asOne),
  ]);
  expect(bad).toMatchObject({ status: 'rejected', reason: { problem: { code: 'QUE011' } } });
  const given = [good, also].flatMap((one) => (one?.status === 'fulfilled' ? one.value : []));
  expect(given.map(({ entry: { job: of } }) => of).sort()).toEqual([job('a'), job('b')]);
  expect(await queue.counts()).toEqual({ ready: 0, leased: 2 });
  await queue.close();
});

describe('the bullmq queue and BullMQ itself', () => {
  it('shows waiting and leased jobs, with their data, to BullMQ', async () => {
    const farm = 'shown';
    const queue = new BullmqQueue({ connection: redis, farm, clock });
    const best = entry('best', 8, { buildClass: 2, priority: 9, share: 'a: b' });
    const second = entry('second', 9, { buildClass: 2, priority: 3, share: 'a: b' });
    await queue.offer([second, best, entry('other', 7, { buildClass: 'far', labels: ['kvm', 'gpu'] })]);
    const lanes = await openBullLanes(queue.redis, farm);
    expect(lanes.map(({ name }) => name)).toEqual(['builder-far|0||gpu,kvm', 'class-2|0|a%3A%20b|']);
    const [, lane] = lanes;
    if (!lane) throw new Error('no lane');
    expect(await lane.getJobCounts('prioritized', 'active', 'waiting')).toEqual({
      prioritized: 2,
      active: 0,
      waiting: 0,
    });
    expect((await lane.getPrioritized()).map(({ data }) => data)).toEqual([best, second]);
    const [lease] = await queue.claim(asOne);
    expect(await lane.getJobCounts('prioritized', 'active')).toEqual({ prioritized: 1, active: 1 });
    const [active] = await lane.getJobs('active');
    expect(active?.name).toBe(best.job);
    expect(active?.data).toEqual(best);
    expect(active?.processedBy).toBe('one');
    expect(await active?.getState()).toBe('active');
    // BullMQ's tools remove no job that a builder works on.
    await expect(active?.remove()).rejects.toThrow('locked');
    await queue.settle(lease as Lease);
    expect(await lane.getJobCounts('prioritized', 'active', 'completed', 'failed')).toEqual({
      prioritized: 1,
      active: 0,
      completed: 0,
      failed: 0,
    });
    await queue.close();
  });
  it('gives slots that ask in one moment each a job of its own, as long as there are any', async () => {
    const queue = new BullmqQueue({ connection: redis, farm: 'moment', clock });
    await queue.offer([entry('a', 1), entry('b', 2), entry('c', 3), entry('far', 4, { buildClass: 'two' })]);
    const two = { ...asOne, builder: builderName('two'), builderClass: undefined };
    const given = await Promise.all(
      [{ ...asOne, max: 2 }, two, asOne, asOne, two].map((request) => queue.claim(request)),
    );
    expect(given.map((leases) => leases.length)).toEqual([2, 1, 1, 0, 0]);
    const leases = given.flat();
    expect(leases.map(({ builder }) => builder)).toEqual(['one', 'one', 'two', 'one']);
    expect(new Set(leases.map(({ fence }) => fence)).size).toBe(4);
    expect(new Set(leases.map((lease) => lease.entry.job)).size).toBe(4);
    expect(await Promise.all(leases.map((lease) => queue.settle(lease)))).toEqual(Array(4).fill('accepted'));
    await queue.close();
  });
  it('gets over a job that one of BullMQ tools removed', async () => {
    const farm = 'removed';
    const queue = new BullmqQueue({ connection: redis, farm, clock });
    await queue.offer([entry('gone', 1), entry('here', 5)]);
    const [lane] = await openBullLanes(queue.redis, farm);
    const jobs = await lane?.getPrioritized();
    await jobs?.find(({ name }) => name === job('gone'))?.remove();
    expect((await queue.list()).map((one) => one.entry.job)).toEqual([job('here')]);
    expect((await queue.claim({ ...asOne, max: 5 })).map((one) => one.entry.job)).toEqual([job('here')]);
    await queue.offer([entry('gone', 1)]);
    expect((await queue.claim(asOne)).map((one) => one.entry.job)).toEqual([job('gone')]);
    await queue.close();
  });
  it('leaves nothing behind but the names of its lanes and its last fence', async () => {
    const farm = 'empty';
    const queue = new BullmqQueue({ connection: redis, farm, clock });
    await queue.offer([1, 2, 3, 4].map((n) => entry(`j${n}`, n, { memoryBytes: n, diskBytes: n })));
    const [a, b] = (await queue.claim({ ...asOne, max: 2 })) as [Lease, Lease];
    await queue.settle(a);
    await queue.release(b);
    await queue.withdraw([1, 2, 3, 4].map((n) => job(`j${n}`)));
    expect(await queue.claim(asOne)).toEqual([]);
    const keys = (await queue.redis.keys(`{packmill:${farm}}*`)).filter((key) => !key.endsWith(':meta'));
    expect(keys).toEqual([`{packmill:${farm}}/fence`]);
    await queue.close();
  });
  it('keeps farms apart, and takes the settings of a connection that is given', async () => {
    const given = new Redis({ port: redis.port, host: redis.host, lazyConnect: true });
    const one = new BullmqQueue({ connection: given, farm: 'farm one', clock });
    const two = new BullmqQueue({ connection: given, farm: 'farm two', clock });
    await one.offer([entry('a', 1)]);
    expect(await two.counts()).toEqual({ ready: 0, leased: 0 });
    expect(given.status).toBe('wait');
    await one.close();
    await two.close();
    given.disconnect();
  });
});

describe('several processes at one server', () => {
  it('get no job twice, and end when they close the queue', async () => {
    const queue = new BullmqQueue({ connection: redis, farm: 'crowd', clock });
    await queue.offer(Array.from({ length: 600 }, (_, at) => entry(`job-${at}`, at)));
    const script = join(import.meta.dirname, 'claiming-child.ts');
    const run = promisify(execFile);
    const outputs = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        run(process.execPath, [quiet, script, 'bullmq', String(redis.port), name]),
      ),
    );
    const taken = outputs.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''));
    expect(taken).toHaveLength(600);
    expect(new Set(taken).size).toBe(600);
    expect(await queue.counts()).toEqual({ ready: 0, leased: 0 });
    await queue.close();
  });
  it('count leases in the time of the server', async () => {
    const queue = new BullmqQueue({ connection: redis, farm: 'time', clock });
    await queue.offer([entry('a', 1)]);
    const [seconds, micros] = await queue.redis.time();
    const [lease] = await queue.claim({ ...asOne, leaseMs: 5000 });
    const serverMs = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    expect(lease?.untilMs).toBeGreaterThanOrEqual(serverMs + 5000);
    expect(await queue.reap()).toEqual([]);
    const spent = await queue.renew(lease as Lease, -1);
    expect(await queue.reap()).toEqual([spent]);
    await queue.close();
  });
});
