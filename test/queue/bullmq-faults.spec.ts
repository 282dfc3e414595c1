// A server that is killed, emptied, stopped, or that refuses.
import { afterEach, describe, expect, it } from 'vitest';
import { isFault } from '../../src/diagnostics/index.ts';
import { systemClock as clock } from '../../src/host/index.ts';
import { builderName, type JobId } from '../../src/primitives/index.ts';
import { BullmqQueue } from '../../src/queue/bullmq/index.ts';
import type { Lease, QueueEntry } from '../../src/queue/index.ts';
import { type RedisOptions, type RedisServer, startRedis } from '../redis-server.ts';

const job = (name: string): JobId => `t/x/${name}` as JobId;
const entry = (name: string, offer: number): QueueEntry => ({
  job: job(name),
  offer,
  priority: -offer,
  readySinceMs: clock.nowMs(),
  buildClass: 1,
  memoryBytes: 7,
});
const one = builderName('one');
const asOne = { builder: one, builderClass: 5, leaseMs: 60_000, max: 1 };
const never = new AbortController().signal;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options?: RedisOptions): Promise<RedisServer> {
  const redis = await startRedis(options);
  cleanups.push(() => redis.dispose());
  return redis;
}

function connect(redis: RedisServer, more?: { commandTimeoutMs?: number; password?: string }): BullmqQueue {
  const { commandTimeoutMs = 20_000, password } = more ?? {};
  const connection = { host: redis.host, port: redis.port, password };
  const queue = new BullmqQueue({ connection, farm: 'f', clock, commandTimeoutMs, pollMs: 100 });
  cleanups.push(() => queue.close());
  return queue;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    (value) => new Error(`resolved to ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  return isFault(error) ? error.problem.code : String(error);
}

/** Every verb once. */
const everyVerb = (queue: BullmqQueue, lease: Lease): Promise<string>[] =>
  [
    queue.offer([entry('x', 9)]),
    queue.claim(asOne),
    queue.wait({ builder: one, builderClass: 5 }, never),
    queue.renew(lease, 1000),
    queue.settle(lease),
    queue.release(lease),
    queue.withdraw([job('x')]),
    queue.reap(),
    queue.counts(),
    queue.list(),
    queue.memory(),
    queue.mark('word', 0),
    queue.restore([lease]),
  ].map(codeOf);
const aLease: Lease = { entry: entry('x', 9), builder: one, fence: 1, untilMs: 1 };

describe('a server that lost its data', () => {
  it('has no memory; leases are not called lost, are put back, and nothing is given twice', async () => {
    const redis = await start();
    const queue = connect(redis);
    const builder = connect(redis);
    await queue.offer(['a', 'b', 'c', 'd'].map((name, at) => entry(name, at + 1)));
    await queue.mark('first', 0);
    const [a, b] = (await builder.claim({ ...asOne, max: 2 })) as [Lease, Lease];
    await redis.restart();
    expect(await queue.memory()).toBeUndefined();
    expect(await codeOf(builder.renew(a, 60_000))).toBe('QUE012');
    await queue.restore([a, b]);
    await queue.offer(['b', 'c', 'd'].map((name, at) => entry(name, at + 2)));
    await queue.mark('second', b.fence);
    expect(await builder.memory()).toBe('second');
    const renewed = await builder.renew(a, 120_000);
    expect(renewed).toMatchObject({ entry: a.entry, fence: a.fence, builder: one });
    const given = await builder.claim({ ...asOne, max: 9 });
    expect(given.map((lease) => lease.entry.job)).toEqual([job('c'), job('d')]);
    for (const { fence } of given) expect(fence).toBeGreaterThan(b.fence);
    for (const lease of [a, b, ...given]) expect(await builder.settle(lease)).toBe('accepted');
    expect(await builder.renew(a, 1000)).toBeUndefined();
    expect(await queue.counts()).toEqual({ ready: 0, leased: 0 });
  });
  it('has no memory after a flush either, and gives higher fences than before even without a mark', async () => {
    const redis = await start();
    const queue = connect(redis);
    await queue.offer([entry('a', 1)]);
    await queue.mark('word', 0);
    const [before] = await queue.claim(asOne);
    await redis.flush();
    expect(await queue.memory()).toBeUndefined();
    await queue.offer([entry('a', 1)]);
    const [after] = await queue.claim(asOne);
    expect(after?.fence).toBeGreaterThan(before?.fence as number);
    expect(await queue.settle(before as Lease)).toBe('stale');
  });
  it('does not trust a dump that it was started from: it may be old', async () => {
    const redis = await start({ keep: true });
    const queue = connect(redis);
    await queue.offer([entry('a', 1), entry('b', 2)]);
    await queue.mark('word', 0);
    const [a, b] = (await queue.claim({ ...asOne, max: 2 })) as [Lease, Lease];
    await queue.settle(b);
    await redis.restart();
    expect(await queue.counts()).toEqual({ ready: 0, leased: 1 });
    expect(await queue.memory()).toBeUndefined();
    expect(await queue.renew(a, 60_000)).toBeDefined();
    expect(await codeOf(queue.renew(b, 60_000))).toBe('QUE012');
    await queue.mark('again', 0);
    expect(await queue.renew(b, 60_000)).toBeUndefined();
  });
});

describe('a server that is away', () => {
  it('makes every verb reject in time, and all work again when it is back', async () => {
    const redis = await start();
    const queue = connect(redis, { commandTimeoutMs: 1000 });
    await until(() => queue.offer([entry('a', 1)]));
    await redis.kill();
    for (const verb of everyVerb(queue, aLease)) expect(await verb).toBe('QUE010');
    await redis.restart();
    await until(() => queue.offer([entry('b', 1)]));
    const [lease] = await queue.claim(asOne);
    expect(await queue.settle(lease as Lease)).toBe('accepted');
  });
  it('is waited for when it comes back within the time-out', async () => {
    const redis = await start();
    const queue = connect(redis);
    await queue.counts();
    await redis.kill();
    const asked = [queue.counts(), queue.offer([entry('a', 1)])];
    await redis.restart();
    await Promise.all(asked.map((one) => one.catch(() => undefined)));
    expect(await queue.counts()).toMatchObject({ leased: 0 });
  });
  it('may be started after those who need it', async () => {
    const redis = await start();
    await redis.kill();
    const queue = connect(redis);
    const asked = queue.counts();
    await redis.restart();
    expect(await asked).toEqual({ ready: 0, leased: 0 });
  });
  it('makes every verb reject in time while it hangs, and nothing more is taken when it goes on', async () => {
    const redis = await start();
    const queue = connect(redis, { commandTimeoutMs: 1000 });
    await until(() => queue.offer(Array.from({ length: 20 }, (_, at) => entry(`j${at}`, at + 1))));
    redis.pause();
    for (const verb of everyVerb(queue, aLease)) expect(await verb).toBe('QUE010');
    for (let again = 0; again < 2; again += 1) expect(await codeOf(queue.claim(asOne))).toBe('QUE010');
    redis.resume();
    await until(() => queue.counts());
    // The one claim that was on its way when the server stopped; those after it were never sent.
    expect((await queue.counts()).leased).toBeLessThanOrEqual(1);
    expect(await queue.claim(asOne)).toHaveLength(1);
  });
  it('wakes those who wait once it is back with work', async () => {
    const redis = await start();
    const queue = connect(redis);
    const waiter = connect(redis);
    const waiting = waiter.wait({ builder: one, builderClass: 5 }, never).catch(() => 'rejected');
    await queue.counts();
    await redis.restart();
    await queue.offer([entry('a', 1)]);
    // It rejects when it looked just then; asked again, it finds the work.
    if ((await waiting) === 'rejected') await waiter.wait({ builder: one, builderClass: 5 }, never);
    expect(await waiter.claim(asOne)).toHaveLength(1);
  });
  it('ends what waits when the queue is closed', async () => {
    const redis = await start();
    const queue = connect(redis);
    const waiting = queue.wait({ builder: one, builderClass: 5 }, never).catch(() => undefined);
    await queue.counts();
    await queue.close();
    await waiting;
    await redis.kill();
    const away = connect(redis);
    const asked = codeOf(away.counts());
    await away.close();
    expect(await asked).toBe('QUE010');
  });
});

describe('a server that refuses', () => {
  it('is told from one that is away', async () => {
    const redis = await start({ password: 'secret' });
    expect(await codeOf(connect(redis, { commandTimeoutMs: 500 }).counts())).toBe('QUE011');
    expect(await codeOf(connect(redis, { commandTimeoutMs: 500, password: 'wrong' }).counts())).toBe(
      'QUE011',
    );
    expect(await connect(redis, { password: 'secret' }).counts()).toEqual({ ready: 0, leased: 0 });
  });
  it('says so when its memory is full', async () => {
    const redis = await start({ more: ['--maxmemory', '1', '--maxmemory-policy', 'noeviction'] });
    expect(await codeOf(connect(redis).offer([entry('a', 1)]))).toBe('QUE011');
  });
});

/** Tries until it works: a connection that broke is made anew within moments. */
async function until(what: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await what();
      return;
    } catch (error) {
      if (!isFault(error, 'QUE010')) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
