import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobView } from '../../src/api/index.ts';
import { ServiceFixture } from './service-fixture.ts';

/** A class that no builder has: such jobs stay in the queue. */
const nobody = '/somebody-else';

describe('requests to a farm at work', () => {
  let farm: ServiceFixture;
  const revisions = (name: string): Promise<JobView[]> =>
    farm.json(`/api/builds?pkgbase=${encodeURIComponent(name)}`);

  beforeAll(async () => {
    farm = await ServiceFixture.make();
    await farm.up(2);
  });
  afterAll(() => farm.dispose());

  it('replace a queued job: one is left, and the log of the other says so and ends (J01)', async () => {
    farm.quick('foo');
    await farm.do('schedule', `foo${nobody}`);
    await farm.do('schedule', `foo${nobody}`);
    const [newer, older] = await revisions('foo');
    expect(newer).toMatchObject({ state: 'ready' });
    expect(older).toMatchObject({ state: 'canceled', reason: expect.stringContaining('replaced') });
    expect(await farm.json('/api/queue/packages')).toEqual([
      { foo: { arch: 'x86_64', build_class: 'somebody-else', srcrepo: 'main', timestamp: newer?.timestamp } },
    ]);
    const log = await farm.text(`/api/logs/foo/${older?.timestamp}`);
    expect(log).toMatch(/^Added to build queue at .*\r?\n.*canceled and replaced.*before execution/i);
  });

  it('replace a running job: the newest runs next, the one between ends at once (J02)', async () => {
    farm.gated('bar', { lines: "trap '' TERM" });
    await farm.do('schedule', 'bar');
    const first = await farm.gate.arrival('bar');
    await farm.do('schedule', 'bar');
    await farm.do('schedule', 'bar');
    // it does not heed the request to stop, so that it still runs when the third one comes
    first.go();
    (await farm.gate.arrival('bar')).go();
    await farm.watch.moved('bar', 'succeeded');
    const [newest, between, oldest] = await revisions('bar');
    expect(newest).toMatchObject({ state: 'succeeded' });
    expect(between).toMatchObject({ state: 'canceled', builder: null });
    expect(oldest).toMatchObject({ state: 'canceled', builder: expect.any(String) });
    expect(await farm.text(`/api/logs/bar/${between?.timestamp}`)).toMatch(/replaced/);
    expect(await farm.text(`/api/logs/bar/${oldest?.timestamp}`)).toMatch(/replaced/);
  });

  it('build dependants against what is published when a dependency fails, and say so (B06)', async () => {
    farm.gated('base6');
    await farm.do('schedule', 'base6');
    (await farm.gate.arrival('base6')).go();
    await farm.watch.moved('base6', 'succeeded');
    farm.gated('base6', { version: '2.0' });
    farm.quick('lib6', { depends: ['base6'] });
    await farm.do('schedule', 'base6', 'lib6');
    (await farm.gate.arrival('base6')).fail();
    await farm.watch.moved('lib6', 'succeeded');
    expect(await farm.job('base6')).toMatchObject({ state: 'failed' });
    expect(await farm.log('lib6')).toContain("dependency 'demo/x86_64/base6' ended as failed");
  });

  it('are canceled: queued jobs at once, running ones are stopped', async () => {
    farm.gated('running');
    farm.quick('queued');
    await farm.do('schedule', 'running');
    await farm.do('schedule', `queued${nobody}`);
    const visitor = await farm.gate.arrival('running');
    expect(await farm.do('cancel', 'running', 'queued', '--reason', 'not today')).toMatch(
      /canceled demo\/x86_64\/running[\s\S]*canceled demo\/x86_64\/queued|canceled demo\/x86_64\/queued[\s\S]*canceled demo\/x86_64\/running/,
    );
    await visitor.gone;
    expect(await farm.watch.moved('running', 'canceled')).toMatchObject({ reason: 'not today' });
    expect(await farm.job('queued')).toMatchObject({ state: 'canceled', reason: 'not today' });
    expect(await farm.log('running')).toMatch(/The build was canceled: not today/);
    expect(await farm.log('queued')).toMatch(/canceled before execution: not today/);
    const ended = await farm.run(['cancel', 'running']);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr.match(/^error .*$/gm)).toEqual(["error SCH004 no open job is called 'running'"]);
  });

  it('are canceled as far as they are known; the others are reported', async () => {
    farm.quick('known');
    await farm.do('schedule', `known${nobody}`);
    const ended = await farm.run(['cancel', 'known', 'nosuch']);
    expect(ended).toMatchObject({ code: 1, stdout: 'canceled demo/x86_64/known\n' });
    expect(ended.stderr.match(/^error .*$/gm)).toEqual(["error SCH004 no open job is called 'nosuch'"]);
    const read = await farm.run(['--json', 'cancel', 'nosuch', 'neither']);
    expect(read.code).toBe(2);
    expect(JSON.parse(read.stdout)).toEqual({ jobs: [], unknown: ['nosuch', 'neither'] });
  });

  it('are repeated by retry', async () => {
    farm.gated('again');
    await farm.do('schedule', 'again/2', '--urgency', '7');
    (await farm.gate.arrival('again')).fail();
    const { reason } = await farm.watch.moved('again', 'failed');
    expect(reason).not.toBe('');
    await farm.do('retry', 'again');
    (await farm.gate.arrival('again')).go();
    await farm.watch.moved('again', 'succeeded');
    const [second, first] = await revisions('again');
    expect(second).toMatchObject({ state: 'succeeded', buildClass: 2, urgency: 7, source: 'main' });
    expect(first).toMatchObject({ state: 'failed' });
    expect(await farm.run(['retry', 'nosuch'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('SCH004'),
    });
  });

  it('are cleared from the queue; running jobs and logs stay (O01)', async () => {
    farm.gated('stays');
    await farm.do('schedule', 'stays');
    for (const name of ['clear-1', 'clear-2', 'other-1']) farm.quick(name);
    await farm.do('schedule', ...['clear-1', 'clear-2', 'other-1'].map((name) => `${name}${nobody}`));
    const visitor = await farm.gate.arrival('stays');
    expect(await farm.do('queue', 'clear', '--match', 'clear-*')).toBe(
      'canceled demo/x86_64/clear-1\ncanceled demo/x86_64/clear-2\n',
    );
    expect(await farm.do('queue', 'clear', '--repo', 'nosuch')).toBe('');
    expect(await farm.do('queue', 'show')).toMatch(
      /running {2}demo\/x86_64\/stays on \S+.*\nwaiting {2}.*[\s\S]*builder /,
    );
    await farm.do('queue', 'clear');
    expect(await farm.stats()).toMatchObject({ active: { count: 1 }, waiting: { count: 0 } });
    expect(await farm.log('clear-1')).toMatch(/canceled before execution: the queue was cleared/);
    expect(await farm.job('other-1')).toMatchObject({ state: 'canceled' });
    visitor.go();
    await farm.watch.moved('stays', 'succeeded');
  });

  it('wait while the builders of this machine are drained', async () => {
    const [{ name = '' } = {}] = await farm.builders();
    await farm.do('drain', name);
    expect(await farm.builders()).toMatchObject([{ name, state: 'draining' }]);
    farm.quick('patient');
    await farm.do('schedule', 'patient');
    expect(await farm.job('patient')).toMatchObject({ state: 'ready' });
    await farm.do('drain', name, '--undo');
    await farm.watch.moved('patient', 'succeeded');
    const ended = await farm.run(['drain', 'nobody']);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.stderr).toContain("SCH007 no builder is called 'nobody'");
    expect(ended.stderr).toContain(`Known are '${name}'. 'packmill queue' shows`);
    const told = await farm.do('audit', '--limit', '3');
    const words = told
      .trim()
      .split('\n')
      .map((line) => line.split('  ').slice(1));
    const who = expect.stringMatching(/^this machine \(machine, .*127\.0\.0\.1\)$/);
    const action = 'POST /api/builders/:name/drain';
    expect(words).toEqual([
      [who, action, '{"name":"nobody","drained":true}', 'refused: SCH007'],
      [who, action, JSON.stringify({ name, drained: false }), 'done'],
      [who, 'POST /api/schedule', expect.stringContaining('patient'), 'done'],
    ]);
  });
});
