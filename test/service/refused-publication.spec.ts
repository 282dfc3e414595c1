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
