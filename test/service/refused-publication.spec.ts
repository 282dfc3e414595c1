import { afterAll, beforeAll, expect, it } from 'vitest';
import { ServiceFixture } from './service-fixture.ts';

let farm: ServiceFixture;
beforeAll(async () => {
  farm = await ServiceFixture.make();
  await farm.up(1);
});
afterAll(() => farm.dispose());

it('a build whose packages are refused says so, and what to do, wherever its end is told', async () => {
  farm.quick('foo', { version: '1.0' });
  await farm.do('schedule', '--wait', 'foo');
  await farm.hasPublished('foo 1.0-1');
  farm.quick('foo', { version: '2.0' });
  await farm.do('schedule', '--wait', 'foo');
  await farm.hasPublished('foo 2.0-1');
  // as after a force push that takes 2.0 back: the same version, other bytes
  farm.quick('foo', { version: '1.0', lines: 'pkgdesc="made again"' });
  await farm.do('schedule', '--wait', 'foo');
  const told = "built, and not published: PUB001 'foo-1.0-1-any.pkg.tar.zst' was published with other bytes";
  let job = await farm.job('foo');
  for (; job.reason === ''; job = await farm.job('foo'))
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(job).toMatchObject({ state: 'succeeded', reason: expect.stringContaining(told) });
  expect(job.reason).toContain("Raise 'pkgrel'");
  expect(await farm.do('why', 'foo')).toContain(told);
  expect(await farm.do('status')).toContain(told);
  expect(farm.published()).toEqual(['foo-2.0-1']);
  // and what is raised goes out, older than what was there though it is
  farm.quick('foo', { version: '1.1' });
  await farm.do('schedule', '--wait', 'foo');
  await farm.hasPublished('foo 1.1-1');
  expect((await farm.job('foo')).reason).not.toContain('PUB001');
});

it('while a job is built, the manager says why another one waits, when both will be done, and what more builders would do', async () => {
  farm.gated('slow');
  farm.quick('after', { depends: ['slow'] });
  await farm.do('schedule', 'slow', 'after');
  const visitor = await farm.gate.arrival('slow');
  const why = await farm.do('why', 'after');
  expect(why).toContain("it waits for 'slow', which it needs");
  expect(why).toMatch(/'slow': builder '\S+' works on it for /);
  expect(why).toMatch(/when: starts in \S+ to \S+, after 0 other jobs, done in \S+ to \S+/);
  expect(why).toContain('packmill logs -f slow');
  const queue = await farm.do('queue');
  expect(queue).toMatch(/running {2}demo\/x86_64\/slow on \S+: done in \S+ to \S+/);
  expect(queue).toMatch(/waiting {2}demo\/x86_64\/after: starts in .* done in /);
  expect(await farm.do('status')).toMatch(/plan \d+ has 2 open jobs: done in \S+ to \S+/);
  const simulated = JSON.parse(await farm.do('--json', 'simulate', '--builders', '+4'));
  expect(simulated).toMatchObject({ what: 'what is open now', jobs: 2, ran: 2, stuck: [] });
  expect(simulated.builders).toHaveLength(2);
  expect(await farm.do('simulate', '--history', '1h')).toMatch(/critical-path {4}\S+/);
  const unknown = await farm.run(['why', 'afterr']);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("Did you mean 'after'?")]);
  visitor.go();
  await farm.hasPublished('after 1.0-1');
  expect(await farm.do('why', 'after')).toContain('is in demo/x86_64 since generation');
});
