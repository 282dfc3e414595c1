import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { launchBrowser, watchedPage } from '../http/browser.ts';
import { startRedis } from '../redis-server.ts';
import { KitFarm, kitFiles, password } from './kit-farm.ts';
import { overRedis } from './service-fixture.ts';

let kept: KitFarm | undefined;
afterEach(async () => {
  await kept?.dispose();
  kept = undefined;
});

/** What people see of autogens: a row for each job by its name, and its log behind it. */
async function seenInBrowser(url: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    const problems: string[] = [];
    const page = await watchedPage(browser, problems);
    await page.goto(`${url}/recipes.html`);
    await page.locator('#rows tr[data-name="app-misc/pen"]').waitFor();
    const names = await page.locator('#rows td:first-child').allTextContents();
    expect(names).toEqual(['app-misc/pen', 'dev-libs/small-libraries.yaml', 'overlay']);
    await page.locator('#rows tr[data-name="app-misc/pen"] a', { hasText: 'log' }).click();
    await page.locator('.xterm-rows', { hasText: 'app-misc/pen' }).waitFor();
    expect(await page.title()).toContain('app-misc/pen');
    expect(problems).toEqual([]);
  } finally {
    await browser.close();
  }
}

const make = async (upkeep: string, more?: string): Promise<KitFarm> => {
  kept = await KitFarm.make(upkeep, more);
  return kept;
};

describe('a source of autogens that a farm keeps up to date', () => {
  it('finds by its timer what upstreams have, publishes what changed, and nothing when nothing did', async () => {
    const kit = await make('every: 2s, look: 200ms');
    kit.push(kitFiles);
    await kit.farm.up(2);
    await kit.has('app-misc/pen/pen-1.0.ebuild');
    await kit.has('dev-libs/nib/nib-2.0.ebuild');
    await kit.has('app-misc/ruler/ruler-1.ebuild');
    expect(kit.read('app-misc/pen/pen-1.0.ebuild')).toContain('DESCRIPTION="2027"');
    expect(existsSync(join(kit.tree, 'app-misc/pen/autogen.ts'))).toBe(false);

    await kit.farm.watch.moved('app-misc/pen', 'already-built', 1);
    await kit.farm.watch.moved('dev-libs/small-libraries.yaml', 'already-built', 1);
    await kit.farm.watch.moved('overlay', 'already-built', 1);
    const before = kit.generation();
    await kit.farm.watch.moved('app-misc/pen', 'already-built', 2);
    expect(kit.generation()).toBe(before);

    kit.upstream.versions.set('pen', '1.1');
    await kit.has('app-misc/pen/pen-1.1.ebuild');
    expect(kit.ebuilds('app-misc/pen')).toEqual(['pen-1.1.ebuild']);
    expect(kit.ebuilds('dev-libs/nib')).toEqual(['nib-2.0.ebuild']);
    const { last, packages, problem } = await kit.view();
    expect(problem).toBeNull();
    expect(last.find(({ kind }) => kind === 'on-schedule')).toMatchObject({ by: 'timer', outcome: 'done' });
    expect(packages).toEqual({ fresh: 3 });
  });

  it('is looked at, retried and run by hand, keeps secrets, and takes out what nobody makes any more', async () => {
    const kit = await make('every: never, look: 200ms');
    kit.push(kitFiles);
    const { versions } = kit.upstream;
    versions.delete('nib');
    await kit.farm.up(2);
    await kit.farm.watch.moved('dev-libs/small-libraries.yaml', 'failed');
    await kit.has('app-misc/pen/pen-1.0.ebuild');
    await kit.has('app-misc/ruler/ruler-1.ebuild');
    expect((await kit.job('dev-libs/small-libraries.yaml')).problem).toMatchObject({ code: 'AGN037' });
    expect(await kit.farm.do('status')).toMatch(/^upkeep kit .*packages: 2 fresh, 1 failed$/m);

    versions.set('nib', '2.1');
    await kit.farm.do('retry', 'dev-libs/small-libraries.yaml');
    await kit.has('dev-libs/nib/nib-2.1.ebuild');
    versions.set('pen', '1.2');
    const scheduled = await kit.farm.do('schedule', '--target-repo', 'things', '--wait', 'app-misc/pen');
    expect(scheduled).toContain('scheduled things/any/app-misc/pen');
    await kit.has('app-misc/pen/pen-1.2.ebuild');
    expect(await kit.farm.do('upkeep', 'run', 'kit', 'app-misc/pen')).toContain('on-schedule begins');
    await kit.farm.watch.moved('app-misc/pen', 'already-built');
    const wrong = await kit.farm.run(['schedule', '--target-repo', 'things', 'app-misc/pencil']);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/SCH002.*'kit' has no recipe/)]);

    const strange = await kit.farm.run(['schedule', '--target-repo', 'demo', 'app-misc']);
    expect([strange.code, strange.stderr]).toEqual([1, expect.stringContaining('SCH009')]);

    const encoded = Buffer.from(`me:${password}`).toString('base64');
    expect([...kit.upstream.accounts]).toEqual([`Basic ${encoded}`]);
    const log = await kit.farm.log('app-misc/pen');
    expect(log).toContain('[secret]');
    expect(await kit.farm.do('logs', 'app-misc/pen')).toContain('[secret]');
    for (const text of [password, encoded]) expect(log).not.toContain(text);

    await seenInBrowser(kit.farm.url);

    versions.set('copy', '9');
    const twin = kitFiles['app-misc/pen/autogen.ts']?.replace('{ ...pkg,', "{ ...pkg, name: 'pen',") ?? '';
    kit.push({ 'app-misc/copy/autogen.ts': twin, 'app-misc/copy/templates/any.tmpl': 'EAPI=8\n' });
    const refused = await kit.until(async () => {
      const job = await kit.job('app-misc/copy').catch(() => undefined);
      return job?.reason?.includes('PUB035') ? job : undefined;
    });
    expect(refused.reason).toContain("'app-misc/pen' of 'app-misc/copy' is made by 'app-misc/pen' already");
    expect(kit.ebuilds('app-misc/pen')).toEqual(['pen-1.2.ebuild']);
    expect(await kit.farm.do('repo', 'verify', 'things')).toContain(': good');

    kit.push({
      'dev-libs/autogen.yaml': null,
      'app-misc/copy': null,
      'app-misc/pen/autogen.ts': null,
      'app-misc/pen/pen-0.ebuild': 'EAPI=8\nDESCRIPTION="by hand"\nLICENSE="MIT"\nSLOT="0"\n',
    });
    await kit.until(() => (existsSync(join(kit.tree, 'dev-libs/nib')) ? undefined : true));
    await kit.has('app-misc/pen/pen-0.ebuild');
    expect(kit.ebuilds('app-misc/pen')).toEqual(['pen-0.ebuild']);
    expect(kit.ebuilds('app-misc/ruler')).toEqual(['ruler-1.ebuild']);
  });

  it('goes on after a kill -9 in the middle of a job, and publishes once', async () => {
    const kit = await make('every: never, look: 200ms');
    kit.push(kitFiles);
    const { asked, letGo } = kit.upstream.hold('pen');
    const first = await kit.farm.up(2);
    await asked;
    await first.stop('SIGKILL');
    letGo();
    await kit.farm.up(2);
    await kit.has('app-misc/pen/pen-1.0.ebuild');
    await kit.has('dev-libs/nib/nib-2.0.ebuild');
    await kit.has('app-misc/ruler/ruler-1.ebuild');
    expect((await kit.job('app-misc/pen')).state).toBe('succeeded');
    await kit.until(async () => ((await kit.view()).last[0]?.outcome === 'done' ? true : undefined));
  });

  it('is run by builders elsewhere, which hand in packages and distfiles', async () => {
    const redis = await startRedis();
    try {
      const { settings, manager, environment } = await overRedis(redis);
      const kit = await make('every: never, look: 200ms', settings);
      kit.push(kitFiles);
      await kit.farm.manager(environment, manager);
      await kit.farm.builder('far', environment);
      await kit.has('app-misc/pen/pen-1.0.ebuild');
      await kit.has('dev-libs/nib/nib-2.0.ebuild');
      await kit.has('app-misc/ruler/ruler-1.ebuild');
      const [, sha512 = ''] = /SHA512 ([0-9a-f]{128})/.exec(kit.read('app-misc/pen/Manifest')) ?? [];
      const shelf = [sha512.slice(0, 2), sha512.slice(2, 4), sha512.slice(4, 6), `${sha512}.blob`];
      expect(existsSync(join(kit.farm.farm, 'fastpull/stores/blos', ...shelf))).toBe(true);
      const log = await kit.farm.log('app-misc/pen');
      expect([log.includes('[secret]'), log.includes(password)]).toEqual([true, false]);
      expect((await kit.job('app-misc/pen')).builder).toBe('far');
      const stated = JSON.stringify(
        await kit.farm.json(`/api/packages/${encodeURIComponent('app-misc/pen')}/provenance`),
      );
      expect(stated, 'a distfile by its hash').toContain(sha512);
      expect(stated).toContain('#far');
    } finally {
      await redis.dispose();
    }
  });
});
