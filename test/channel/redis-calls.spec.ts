// Calls through a real redis that is killed, frozen and emptied under them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Caller, serveCalls } from '../../src/channel/index.ts';
import { RedisChannel } from '../../src/channel/redis/index.ts';
import { systemClock, systemRandom } from '../../src/host/index.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';

const long = { timeoutMs: 120_000 };

let redis: RedisServer;
let channels: RedisChannel[];
let stop: AbortController;
let serving: Promise<void> | undefined;
let caller: Caller;
/** How many times each body was handled. */
let handled: Map<unknown, number>;

const connect = (): RedisChannel => {
  const address = { host: redis.host, port: redis.port };
  const channel = new RedisChannel({ address, farm: 'f', commandTimeoutMs: 1_000 });
  channels.push(channel);
  return channel;
};
const serve = (): void => {
  const work = async (body: unknown) => {
    handled.set(body, (handled.get(body) ?? 0) + 1);
    await systemClock.sleep(20);
    return body;
  };
  serving = serveCalls(connect(), 'manager', { work }, { signal: stop.signal, clock: systemClock });
};

beforeEach(async () => {
  redis = await startRedis();
  channels = [];
  handled = new Map();
  stop = new AbortController();
  serve();
  const options = { serverMailbox: 'manager', clock: systemClock, random: systemRandom };
  caller = new Caller(connect(), { name: 'builder', ...options });
});
afterEach(async () => {
  redis.resume();
  await caller.close();
  stop.abort();
  await serving;
  for (const channel of channels) await channel.close();
  await redis.dispose();
});

/** Makes calls for as long as the trouble lasts; all have to be answered, and handled once. */
async function callThrough(trouble: () => Promise<unknown>): Promise<void> {
  await caller.call('work', 'warm up', long);
  let over = false;
  const calls: Promise<unknown>[] = [];
  const calling = (async () => {
    for (let number = 0; !over || calls.length < 100; number += 1) {
      calls.push(caller.call('work', number, long));
      await systemClock.sleep(10);
    }
  })();
  await systemClock.sleep(100);
  await trouble();
  over = true;
  await calling;
  expect(await Promise.all(calls)).toEqual(calls.map((_, number) => number));
  expect([...handled.values()].filter((times) => times !== 1)).toEqual([]);
}

describe('calls through redis', () => {
  it('are answered a thousand at a time', async () => {
    const numbers = Array.from({ length: 1_000 }, (_, index) => index);
    const answers = await Promise.all(numbers.map((number) => caller.call('work', number, long)));
    expect(answers).toEqual(numbers);
    expect([...handled.values()].filter((times) => times !== 1)).toEqual([]);
  });
  it('outlive a redis that is killed and started again', async () => {
    await callThrough(async () => {
      await redis.restart();
      await systemClock.sleep(200);
      await redis.restart();
    });
  });
  it('outlive a redis that is frozen for a while', async () => {
    await callThrough(async () => {
      redis.pause();
      await systemClock.sleep(2_500);
      redis.resume();
    });
  });
  it('outlive a redis that forgets everything', async () => {
    await callThrough(async () => {
      for (let times = 0; times < 20; times += 1) {
        await redis.flush();
        await systemClock.sleep(10);
      }
    });
  });
  it('outlive a server that is replaced by another one', async () => {
    await caller.call('work', 'warm up', long);
    const calls = Array.from({ length: 300 }, (_, number) => caller.call('work', number, long));
    await systemClock.sleep(50);
    stop.abort();
    await serving;
    stop = new AbortController();
    serve();
    expect(await Promise.all(calls)).toEqual(calls.map((_, number) => number));
  });
});
