import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceFixture } from './service-fixture.ts';

/** Specification 14.9; the choice itself and its limits are in test/app/obsolete-packages.spec.ts. */
describe('cleaning up a repository of a farm at work', () => {
  let farm: ServiceFixture;
  beforeAll(async () => {
    farm = await ServiceFixture.make('service: { removal-limit: 0 }');
    await farm.up(2);
    farm.quick('foo', { names: ['foo', 'foo-doc'] });
    farm.quick('bar', { names: ['bar', 'bar-doc'] });
    await farm.do('schedule', '--wait', 'foo', 'bar');
    await Promise.all([farm.hasPublished('foo'), farm.hasPublished('bar')]);
  });
  afterAll(() => farm.dispose());

  it('spares what was deployed after the list was made', async () => {
    const before = new Date(Date.now() - 3_600_000).toISOString();
    expect(await farm.do('auto-repo-remove', '--as-of', before, 'foo')).toMatch(
      /nothing to remove\nspared bar: deployed after/,
    );
  });

  it('refuses a list of mistakes, tells what would go, and changes nothing', async () => {
    const before = farm.published();
    expect(await farm.run(['auto-repo-remove', 'nosuch'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('PUB033'),
    });
    expect(await farm.run(['auto-repo-remove', '--dry-run', 'foo', 'fooo'])).toMatchObject({
      code: 1,
      stdout: 'would remove bar\nwould remove bar-doc\n',
      stderr: expect.stringContaining('unknown fooo: neither published nor a known recipe'),
    });
    farm.quick('not-built-yet');
    expect(await farm.run(['auto-repo-remove', 'not-built-yet'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('PUB032'),
    });
    expect(farm.published()).toEqual(before);
  });

  it('takes out everything of a pkgbase that is not listed, with its signatures (W05)', async () => {
    expect(await farm.do('auto-repo-remove', 'foo')).toBe('removed bar\nremoved bar-doc\n');
    expect(farm.published()).toEqual(['foo-1.0-1', 'foo-doc-1.0-1']);
    const place = join(farm.farm, 'public/demo/x86_64');
    for (const name of ['bar', 'bar-doc'])
      for (const ending of ['', '.sig'])
        expect(existsSync(join(place, `${name}-1.0-1-any.pkg.tar.zst${ending}`))).toBe(false);
    expect(await farm.do('auto-repo-remove', 'foo')).toBe('nothing to remove\n');
  });

  it('takes out members that the newest build did not make (W06)', async () => {
    farm.quick('foo', { version: '2.0' });
    await farm.do('schedule', '--wait', 'foo');
    await farm.hasPublished('foo 2.0-1');
    expect(farm.published()).toEqual(['foo-2.0-1']);
  });

  it('has no target that nobody made, and names those there are', async () => {
    const ended = await farm.run(['auto-repo-remove', '--target-repo', 'nosuch', 'foo']);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('SCH001') });
    expect(ended.stderr).toContain("Its targets are 'demo'");
  });
});
