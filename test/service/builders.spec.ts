import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Welcome } from '../../src/api/index.ts';
import { Caller } from '../../src/channel/index.ts';
import { RedisChannel } from '../../src/channel/redis/index.ts';
import { systemClock, systemRandom } from '../../src/host/index.ts';
import { builderName } from '../../src/primitives/index.ts';
import { BullmqQueue } from '../../src/queue/bullmq/index.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { overRedis, ServiceFixture } from './service-fixture.ts';
import type { StartedProgram } from './started-program.ts';

describe('builders and managers that come and go', () => {
  let redis: RedisServer;
  let farm: ServiceFixture;
  let remote: Awaited<ReturnType<typeof overRedis>>;
  let manager: StartedProgram;

  beforeAll(async () => {
    redis = await startRedis();
    remote = await overRedis(redis);
    farm = await ServiceFixture.make(remote.settings);
    manager = await farm.manager({}, remote.manager);
  });
  afterAll(async () => {
    await farm.dispose();
    await redis.dispose();
  });

  it('a builder of another protocol is shown as incompatible and gets no jobs (J06)', async () => {
    const { host, port } = redis;
    const channel = new RedisChannel({ address: { host, port }, farm: 'farm', clock: systemClock });
    const queue = new BullmqQueue({ connection: { host, port }, farm: 'farm', clock: systemClock });
    const caller = new Caller(channel, {
      name: 'old',
      serverMailbox: 'manager',
      clock: systemClock,
      random: systemRandom,
    });
    try {
      const hello = { builder: 'old', instance: 'i-old', protocol: 2, slots: 1 };
      const welcome = (await caller.call('hello', hello, { timeoutMs: 20_000 })) as Welcome;
      expect(welcome).toMatchObject({ compatible: false, drained: true });
      expect((await farm.builders()).find(({ name }) => name === 'old')).toMatchObject({
        state: 'incompatible',
        protocol: 2,
      });
      farm.quick('modern');
      await farm.do('schedule', 'modern');
      // one that does not heed the answer and takes a job all the same is given no order
      const [lease] = await queue.claim({
        builder: builderName('old'),
        builderClass: 9,
        leaseMs: 1000,
        max: 1,
      });
      expect(lease?.entry.job).toBe('demo/x86_64/modern');
      const body = { builder: 'old', instance: 'i-old', lease };
      expect(await caller.call('begin', body, { timeoutMs: 20_000 })).toEqual({ drained: true });
      await farm.builder('new', remote.environment);
      expect(await farm.watch.moved('modern', 'succeeded')).toMatchObject({ builder: 'new' });
      expect(farm.watch.movesOf('modern').filter(({ to }) => to === 'running')).toHaveLength(1);
      await farm.do('drain', 'new');
    } finally {
      await Promise.all([caller.close(), queue.close()]);
      await channel.close();
    }
  });

  it('a builder that is told to end gives its job back, and another one builds it (J05)', async () => {
    farm.gated('handed-on');
    await farm.do('schedule', 'handed-on');
    const first = await farm.builder('first', remote.environment);
    const visitor = await farm.gate.arrival('handed-on');
    const ended = await first.stop('SIGTERM');
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    await visitor.gone;
    await farm.watch.moved('handed-on', 'ready', 2);
    await farm.builder('second', remote.environment);
    (await farm.gate.arrival('handed-on')).go();
    expect(await farm.watch.moved('handed-on', 'succeeded')).toMatchObject({ builder: 'second' });
    const log = await farm.log('handed-on');
    expect(log).toMatch(/building handed-on 1.0-1 on first[\s\S]*canceled and re-queued[\s\S]*on second/);
    expect(await farm.json('/api/builds?pkgbase=handed-on')).toHaveLength(1);
  });

  it('a builder that is killed loses its job to another, once, and the log goes on (J04)', async () => {
    farm.gated('orphan');
    const doomed = await farm.builder('doomed', remote.environment);
    await farm.do('schedule', 'orphan/doomed');
    await farm.gate.arrival('orphan');
    await doomed.stop('SIGKILL');
    await farm.watch.moved('orphan', 'ready', 2);
    await farm.builder('doomed', remote.environment);
    (await farm.gate.arrival('orphan')).go();
    await farm.watch.moved('orphan', 'succeeded');
    expect(await farm.log('orphan')).toMatch(/canceled and re-queued[\s\S]*on doomed[\s\S]*the gate says go/);
    expect(farm.watch.movesOf('orphan').filter(({ to }) => to === 'running')).toHaveLength(2);
  });

  it('a manager that is told to end does so, and the next one goes on with builds and queue (J03, J05)', async () => {
    farm.gated('survivor');
    for (const name of ['waits-1', 'waits-2']) farm.quick(name);
    await farm.do('schedule', 'survivor');
    const visitor = await farm.gate.arrival('survivor');
    await farm.do('schedule', 'waits-1/nobody', 'waits-2/nobody');
    const queued = await farm.json('/api/queue/packages');
    expect(queued).toHaveLength(3);
    expect(await manager.stop('SIGTERM')).toMatchObject({ code: 0 });
    manager = await farm.manager({}, remote.manager);
    expect(await farm.json('/api/queue/packages')).toEqual(queued);
    expect(await farm.job('survivor')).toMatchObject({ state: 'running' });
    visitor.go();
    await farm.watch.moved('survivor', 'succeeded');
    expect(farm.watch.movesOf('survivor').filter(({ to }) => to === 'running')).toHaveLength(1);
    expect(await farm.log('survivor')).toMatch(/the gate says go/);
  });
});
