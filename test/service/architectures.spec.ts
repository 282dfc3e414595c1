import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protocolVersion, type Welcome } from '../../src/api/index.ts';
import { Caller } from '../../src/channel/index.ts';
import { RedisChannel } from '../../src/channel/redis/index.ts';
import { systemClock, systemRandom } from '../../src/host/index.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { overRedis, ServiceFixture } from './service-fixture.ts';

/** Two that no test machine is: each test has its own. */
const [foreign, alien] = ['riscv64', 'loong64'] as const;

/** The farm's usual architecture is x86_64, whatever this machine is: builders say what they are. */
describe('which builder gets jobs of which architecture', () => {
  let redis: RedisServer;
  let farm: ServiceFixture;
  let environment: Record<string, string>;
  let starting: Promise<unknown> | undefined;
  const plain = () => (starting ??= farm.builder('plain', { ...environment, BUILDER_ARCHES: 'x86_64-v3' }));

  beforeAll(async () => {
    redis = await startRedis();
    const remote = await overRedis(redis);
    environment = remote.environment;
    farm = await ServiceFixture.make();
    farm.settings(`${remote.settings}\ntargets: { demo: {} }`);
    await farm.manager({}, remote.manager);
  });
  afterAll(async () => {
    await farm.dispose();
    await redis.dispose();
  });

  it('a job of another architecture is accepted, waits with a notice, and goes to an emulated builder', async () => {
    for (const name of ['far', 'farther', 'near']) farm.quick(name);
    await plain();
    const asked = await farm.run(['schedule', '--arch', foreign, 'far', 'farther']);
    expect(asked).toMatchObject({ code: 0 });
    expect(asked.stdout).toContain(`scheduled demo/${foreign}/far`);
    expect(asked.stderr).toContain(
      `accepted, but no builder of architecture '${foreign}' is at work: 2 jobs wait for one`,
    );
    // the builder that is there goes on with what it can build
    await farm.do('schedule', 'near');
    expect(await farm.watch.moved('near', 'succeeded')).toMatchObject({ builder: 'plain' });
    expect(await farm.job(`demo/${foreign}/far`)).toMatchObject({
      state: 'ready',
      reason: `waits for a builder of architecture '${foreign}': none is at work`,
    });
    expect(await farm.do('status')).toContain(`2 jobs wait for a builder of architecture '${foreign}'`);
    const builder = await farm.builder('emulated', { ...environment, BUILDER_ARCHES: foreign });
    await builder.says(new RegExp(`takes jobs for ${foreign} alone; most of this farm are for x86_64`));
    expect(await farm.watch.moved('far', 'succeeded')).toMatchObject({ builder: 'emulated' });
    await farm.watch.moved('farther', 'succeeded');
    expect(await farm.do('status')).not.toContain(`for a builder of architecture '${foreign}'`);
    const found = (await farm.builders()).map(({ name, arches }) => [name, arches]);
    expect(Object.fromEntries(found)).toMatchObject({ plain: ['x86_64'], emulated: [foreign] });
  });

  it("a builder that says nothing, as those of before, counts as one for the farm's usual architecture", async () => {
    const { host, port } = redis;
    const channel = new RedisChannel({ address: { host, port }, farm: 'farm', clock: systemClock });
    const caller = new Caller(channel, {
      name: 'before',
      serverMailbox: 'manager',
      clock: systemClock,
      random: systemRandom,
    });
    try {
      const hello = { builder: 'before', instance: 'i-before', protocol: protocolVersion, slots: 1 };
      const welcome = (await caller.call('hello', hello, { timeoutMs: 20_000 })) as Welcome;
      expect(welcome).toMatchObject({ compatible: true, drained: false, arch: 'x86_64' });
      expect((await farm.builders()).find(({ name }) => name === 'before')).toMatchObject({
        state: 'idle',
        arches: ['x86_64'],
      });
    } finally {
      await caller.close();
      await channel.close();
    }
  });

  it('a builder of another architecture alone takes no job of the usual one, addressed or not', async () => {
    farm.quick('addressed');
    farm.quick('usual');
    farm.quick('foreign');
    await plain();
    await farm.builder('alien', { ...environment, BUILDER_ARCHES: alien });
    await farm.do('schedule', 'addressed/alien', 'usual');
    await farm.do('schedule', '--arch', alien, 'foreign');
    await Promise.all([farm.watch.moved('usual', 'succeeded'), farm.watch.moved('foreign', 'succeeded')]);
    expect(await farm.job('usual')).toMatchObject({ builder: 'plain' });
    expect(await farm.job('addressed')).toMatchObject({ state: 'ready' });
    await farm.do('cancel', 'addressed');
  });
});

it('builders of a farm in one process build what BUILDER_ARCHES names besides', async () => {
  const farm = await ServiceFixture.make('targets: { demo: {} }');
  try {
    for (const name of ['usual', 'far']) farm.quick(name);
    await farm.up(1, { BUILDER_ARCHES: foreign });
    const asked = await farm.run(['schedule', '--arch', foreign, 'far']);
    expect(asked.stderr).not.toContain('no builder of architecture');
    await farm.do('schedule', 'usual');
    await Promise.all([farm.watch.moved('usual', 'succeeded'), farm.watch.moved('far', 'succeeded')]);
  } finally {
    await farm.dispose();
  }
});
