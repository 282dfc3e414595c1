import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailureGroups, JobView } from '../../src/api/index.ts';
import { ServiceFixture } from './service-fixture.ts';

describe('logs of a farm at work', () => {
  let farm: ServiceFixture;
  beforeAll(async () => {
    farm = await ServiceFixture.make();
    await farm.up(1);
  });
  afterAll(() => farm.dispose());

  it('are read whole while they grow, by web and command line alike (L01, L02)', async () => {
    farm.gated('seen');
    await farm.do('schedule', 'seen');
    const visitor = await farm.gate.arrival('seen');
    const leaving = new AbortController();
    const left = await fetch(`${farm.url}/api/logs/seen`, { signal: leaving.signal });
    const reader = left.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toMatch(/^Added to build queue/);
    const staying = fetch(`${farm.url}/api/logs/seen`).then((answer) => answer.text());
    const followed = farm.start(['logs', 'seen', '-f']);
    leaving.abort();
    visitor.go();
    const text = await staying;
    expect(text).toMatch(/seen stands at the gate\r?\nthe gate says go/);
    expect((await followed.ended).stdout).toBe(text);
    expect(await farm.log('seen')).toBe(text);
    expect(text.match(/stands at the gate/g)).toHaveLength(1);
  });

  it('are found by names with special characters; others are refused (L03)', async () => {
    farm.quick('c++utilities');
    await farm.do('schedule', 'c++utilities/nobody');
    await farm.do('cancel', 'c++utilities');
    expect(await farm.log('c++utilities')).toMatch(/^Added to build queue/);
    const status = async (path: string): Promise<number> => (await fetch(`${farm.url}${path}`)).status;
    expect(await status('/api/logs/Foo')).toBe(400);
    expect(await status('/api/logs/unknown')).toBe(404);
    expect(await status('/api/logs/c%2B%2Butilities/yesterday')).toBe(400);
    expect(await status('/api/logs/c%2B%2Butilities/12')).toBe(404);
  });

  it('stay, of earlier requests too (L04)', async () => {
    farm.gated('thrice');
    const logs: string[] = [];
    for (const nth of [1, 2, 3]) {
      await farm.do('schedule', 'thrice');
      (await farm.gate.arrival('thrice')).fail();
      await farm.watch.moved('thrice', 'failed', nth);
      logs.unshift(await farm.log('thrice'));
    }
    const builds = await farm.json<JobView[]>('/api/builds?pkgbase=thrice');
    expect(builds).toHaveLength(3);
    expect(new Set(logs).size).toBe(3);
    for (const [index, { timestamp }] of builds.entries())
      expect(await farm.text(`/api/logs/thrice/${timestamp}`)).toBe(logs[index]);
    const { groups, unread } = await farm.json<FailureGroups>('/api/failures');
    expect(unread).toBe(0);
    expect(
      groups.map(({ newest, count, jobs }) => [newest.job.split('/').at(-1), count, jobs]),
    ).toContainEqual(['thrice', 3, 1]);
  });

  it('are named by the queue, which has the shape that clients know (I01)', async () => {
    farm.gated('active');
    farm.quick('waits-a');
    farm.quick('waits-b');
    await farm.do('schedule', 'active');
    await farm.do('schedule', 'waits-a/9', 'waits-b/cat');
    await farm.gate.arrival('active');
    const answer = await fetch(`${farm.url}/api/queue/stats`);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(await answer.json()).toEqual({
      active: {
        count: 1,
        packages: [{ name: 'demo/x86_64/active', node: expect.any(String), build_class: null }],
      },
      waiting: {
        count: 2,
        packages: expect.arrayContaining([
          { name: 'demo/x86_64/waits-a', build_class: 9 },
          { name: 'demo/x86_64/waits-b', build_class: 'cat' },
        ]),
      },
      idle: { count: 0, nodes: [] },
    });
  });
});
