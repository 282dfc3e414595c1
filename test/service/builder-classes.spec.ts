import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { overRedis, ServiceFixture } from './service-fixture.ts';

/** Builders come one after the other, so that it is known who could take a job and who took it. */
describe('which builder gets which job', () => {
  let redis: RedisServer;
  let farm: ServiceFixture;
  let remote: Awaited<ReturnType<typeof overRedis>>;
  const started = new Map<string, Promise<unknown>>();
  const builder = async (name: string, more: Record<string, string>): Promise<void> => {
    const starting = started.get(name) ?? farm.builder(name, { ...remote.environment, ...more });
    started.set(name, starting);
    await starting;
  };
  const small = () => builder('small', { BUILDER_CLASS: '2' });
  const large = () => builder('large', { BUILDER_CLASS: '9' });

  beforeAll(async () => {
    redis = await startRedis();
    remote = await overRedis(redis);
    farm = await ServiceFixture.make();
    farm.settings(
      remote.settings,
      `main: { url: ${farm.recipes} }, other: { url: ${join(farm.folder, 'other')} }`,
    );
    await farm.manager({}, remote.manager);
  });
  afterAll(async () => {
    await farm.dispose();
    await redis.dispose();
  });

  it('a builder whose class is no number takes jobs addressed to it, and no others (B04)', async () => {
    for (const name of ['addressed', 'also', 'plain']) farm.gated(name);
    await farm.do('schedule', 'plain/1', 'addressed/cat');
    await builder('cat', { BUILDER_CLASS: 'cat' });
    (await farm.gate.arrival('addressed')).go();
    await farm.watch.moved('addressed', 'succeeded');
    await farm.do('schedule', 'also/cat');
    (await farm.gate.arrival('also')).go();
    await farm.watch.moved('also', 'succeeded');
    expect(await farm.job('plain')).toMatchObject({ state: 'ready', position: 0 });
    await small();
    (await farm.gate.arrival('plain')).go();
    expect(await farm.watch.moved('plain', 'succeeded')).toMatchObject({ builder: 'small' });
  });

  it('a job waits for its dependency also when that is for a larger builder (B03)', async () => {
    await small();
    farm.quick('needy', { depends: ['huge'] });
    farm.quick('huge');
    farm.gated('probe');
    await farm.do('schedule', 'needy/1', 'huge/9');
    await farm.do('schedule', 'probe/1');
    // the only builder of a number is at work on what was asked for last
    const probe = await farm.gate.arrival('probe');
    expect(await farm.job('needy')).toMatchObject({ state: 'waiting', waitsFor: ['demo/x86_64/huge'] });
    expect(await farm.job('huge')).toMatchObject({ state: 'ready', buildClass: 9 });
    probe.go();
    await farm.do('cancel', 'needy', 'huge');
    await farm.watch.moved('probe', 'succeeded');
  });

  it('the large builder takes the heavy job, the small one the light job (B05)', async () => {
    await Promise.all([small(), large()]);
    farm.gated('light');
    farm.gated('heavy');
    await farm.do('schedule', 'light/2', 'heavy/9');
    await Promise.all([farm.gate.arrival('light'), farm.gate.arrival('heavy')]);
    expect(await farm.job('heavy')).toMatchObject({ builder: 'large' });
    expect(await farm.job('light')).toMatchObject({ builder: 'small' });
    await farm.do('cancel', 'light', 'heavy');
    await Promise.all([farm.watch.moved('light', 'canceled'), farm.watch.moved('heavy', 'canceled')]);
  });

  it('a source that has nothing at work goes before one that has (fair share)', async () => {
    await Promise.all([small(), large()]);
    for (const name of ['m1', 'm2', 'm3']) farm.gated(name);
    farm.gated('o1', { within: join(farm.folder, 'other') });
    await farm.do('schedule', '--source-repo', 'main', 'm1', 'm2');
    const [first] = await Promise.all([farm.gate.arrival('m1'), farm.gate.arrival('m2')]);
    await farm.do('schedule', '--source-repo', 'main', 'm3');
    await farm.do('schedule', '--source-repo', 'other', 'o1');
    expect(await farm.job('m3')).toMatchObject({ state: 'ready' });
    first.go();
    await farm.gate.arrival('o1');
    expect(await farm.job('m3')).toMatchObject({ state: 'ready' });
    await farm.do('cancel', 'm2', 'm3', 'o1');
    await Promise.all([farm.watch.moved('m2', 'canceled'), farm.watch.moved('o1', 'canceled')]);
  });

  it('a drained builder finishes what it has and takes nothing new until it is let in again', async () => {
    await Promise.all([small(), large()]);
    farm.gated('before-drain');
    farm.quick('after-drain');
    await farm.do('schedule', 'before-drain/large');
    const visitor = await farm.gate.arrival('before-drain');
    await farm.do('drain', 'large');
    await farm.do('schedule', 'after-drain/large');
    expect((await farm.builders()).find(({ name }) => name === 'large')).toMatchObject({ state: 'draining' });
    visitor.go();
    await farm.watch.moved('before-drain', 'succeeded');
    // it had its chance: others are served meanwhile
    farm.quick('meanwhile');
    await farm.do('schedule', 'meanwhile/small');
    await farm.watch.moved('meanwhile', 'succeeded');
    expect(await farm.job('after-drain')).toMatchObject({ state: 'ready' });
    await farm.do('drain', '--undo', 'large');
    expect(await farm.watch.moved('after-drain', 'succeeded')).toMatchObject({ builder: 'large' });
  });

  it('a job with labels goes to a builder that carries them all', async () => {
    await small();
    farm.quick('labelled', { config: ['BUILDER_LABELS=gpu net'] });
    await farm.do('schedule', 'labelled');
    farm.quick('without-label');
    await farm.do('schedule', 'without-label');
    await farm.watch.moved('without-label', 'succeeded');
    expect(await farm.job('labelled')).toMatchObject({ state: 'ready' });
    await builder('gifted', { BUILDER_LABELS: 'gpu,net,more' });
    expect(await farm.watch.moved('labelled', 'succeeded')).toMatchObject({ builder: 'gifted' });
  });
});
