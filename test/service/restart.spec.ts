import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScheduleReply } from '../../src/api/index.ts';
import { ServiceFixture } from './service-fixture.ts';
import type { StartedProgram } from './started-program.ts';

describe('a whole farm in one process that ends and begins again', () => {
  let farm: ServiceFixture;
  let up: StartedProgram;
  beforeAll(async () => {
    farm = await ServiceFixture.make();
    up = await farm.up(1);
  });
  afterAll(() => farm.dispose());

  it('takes a request that is sent twice under one name once, also after a restart', async () => {
    farm.quick('once');
    const send = async (): Promise<ScheduleReply> =>
      JSON.parse(
        await farm.do('--json', 'schedule', '--request-id', 'request-of-ci', 'once/nobody'),
      ) as ScheduleReply;
    const first = await send();
    expect(await send()).toEqual(first);
    await up.stop('SIGTERM');
    up = await farm.up(1);
    expect(await send()).toEqual(first);
    expect(await farm.json('/api/builds?pkgbase=once')).toHaveLength(1);
    await farm.do('queue', 'clear');
  });

  it('gives what it was building back, and builds it after the restart, with one log (13.8)', async () => {
    farm.gated('half');
    await farm.do('schedule', 'half');
    const visitor = await farm.gate.arrival('half');
    const { timestamp } = await farm.job('half');
    expect(await up.stop('SIGTERM')).toMatchObject({ code: 0 });
    await visitor.gone;
    up = await farm.up(1);
    const reading = farm.log('half');
    (await farm.gate.arrival('half')).go();
    await farm.watch.moved('half', 'succeeded');
    expect(await farm.job('half')).toMatchObject({ timestamp, version: '1.0-1' });
    expect(await reading).toMatch(/stands at the gate[\s\S]*canceled and re-queued[\s\S]*the gate says go/);
    expect(await farm.json('/api/builds?pkgbase=half')).toHaveLength(1);
    await farm.hasPublished('half');
  });

  it('schedules nothing while nobody is at work, and says so', async () => {
    expect(await farm.do('status')).toMatch(/is at work/);
    await up.stop('SIGINT');
    expect(await farm.do('status')).toMatch(/no packmill is at work here/);
    expect(await farm.run(['schedule', 'half'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('SCH005'),
    });
  });
});
