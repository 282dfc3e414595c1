import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceFixture } from './service-fixture.ts';

describe('the order in which a farm builds', () => {
  let farm: ServiceFixture;
  beforeAll(async () => {
    farm = await ServiceFixture.make();
    await farm.up(3);
  });
  afterAll(() => farm.dispose());

  it('follows dependencies: base alone, then both libraries, then the application (B01)', async () => {
    farm.gated('base');
    farm.gated('l1', { depends: ['base'] });
    farm.gated('l2', { depends: ['base'] });
    farm.gated('app', { depends: ['l1', 'l2'] });
    await farm.do('schedule', 'app', 'l2', 'l1', 'base');
    const base = await farm.gate.arrival('base');
    expect((await farm.stats()).active.packages.map(({ name }) => name)).toEqual(['demo/x86_64/base']);
    base.go();
    const libraries = await Promise.all([farm.gate.arrival('l1'), farm.gate.arrival('l2')]);
    expect(await farm.job('app')).toMatchObject({ state: 'waiting' });
    for (const library of libraries) library.go();
    (await farm.gate.arrival('app')).go();
    await farm.watch.moved('app', 'succeeded');
  });

  it('starts one member of a cycle at a time, and its dependants after both (B02)', async () => {
    farm.gated('hen', { depends: ['egg'] });
    farm.gated('egg', { depends: ['hen'] });
    farm.gated('cook', { depends: ['hen'] });
    await farm.do('schedule', 'hen', 'egg', 'cook');
    const first = await Promise.race([farm.gate.arrival('hen'), farm.gate.arrival('egg')]);
    const name = first.text.split(' ')[0] ?? '';
    expect((await farm.stats()).active.packages).toHaveLength(1);
    first.go();
    await farm.watch.moved(name, 'succeeded');
    const other = name === 'hen' ? 'egg' : 'hen';
    await farm.watch.moved(other, 'running');
    expect(await farm.job('cook')).toMatchObject({ state: 'waiting' });
    farm.gate.openWide();
    await farm.watch.moved('cook', 'succeeded');
  });
});
