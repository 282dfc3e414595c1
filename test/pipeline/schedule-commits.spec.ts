import { afterEach, describe, expect, it } from 'vitest';
import { folderOf } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';

let world: RecipeWorld;
afterEach(() => world.dispose());

const custom = 'CI_PKGBUILD_SOURCE=custom\n';

/** A world with package `name` whose sources are of repository `up`, all of it noted. */
async function watching(
  name: string,
  source: (url: string) => string,
  config = custom,
  settings: Readonly<Record<string, string>> = {},
): Promise<RecipeWorld> {
  const made = await RecipeWorld.open({}, settings);
  made.pushUpstream('up', {});
  made.commit(folderOf(name, config, { sources: [source(made.urlOf('up'))] }));
  return made;
}

describe('commits of git sources', () => {
  it('V01 V06 V07 are where watching begins, and are built for when they move', async () => {
    world = await watching('foo-git', (url) => `foo::git+${url}`);
    const first = world.git(`${world.folder}/up`, 'rev-parse', 'HEAD');
    const begun = await world.run();
    expect(begun.delivered).toEqual([]);
    expect(world.show('state', 'foo-git')).toBe(`CI_GIT_COMMIT=${first}\n`);
    const head = world.tip('refs/heads/main');
    const second = world.pushUpstream('up', {});
    const { delivered, report } = await world.run();
    expect(delivered).toEqual(['foo-git']);
    expect(report.packages).toMatchObject([{ decision: 'schedule', because: 'new upstream commits' }]);
    expect(world.show('state', 'foo-git')).toBe(`CI_GIT_COMMIT=${second}\n`);
    expect(world.tip('refs/heads/main')).toBe(head);
    expect((await world.run()).delivered).toEqual([]);
  });

  it('V02 V03 are those of exactly the branch that the recipe follows', async () => {
    world = await watching('foo-git', (url) => `git+${url}?signed#branch=dev`);
    const up = `${world.folder}/up`;
    world.git(up, 'switch', '--quiet', '--create', 'a/dev');
    world.pushUpstream('up', { x: '1' });
    world.git(up, 'switch', '--quiet', '--create', 'dev');
    const dev = world.pushUpstream('up', { x: '2' });
    await world.run();
    expect(world.show('state', 'foo-git')).toBe(`CI_GIT_COMMIT=${dev}\n`);
  });

  it('V04 are forgotten when the maintainer pins them', async () => {
    world = await watching('foo-git', (url) => `git+${url}`);
    await world.run();
    const pinned = folderOf('foo-git', custom, { sources: [`git+${world.urlOf('up')}#tag=v1`] });
    world.commit(pinned);
    world.pushUpstream('up', {});
    const { delivered } = await world.run();
    expect(delivered).toEqual([]);
    expect(world.show('state', 'foo-git')).toBeUndefined();
  });

  it('V05 V10 are not looked for in other kinds of sources and names', async () => {
    world = await RecipeWorld.open();
    world.pushUpstream('up', {});
    const url = world.urlOf('up');
    const srcinfo = (line: string) =>
      `pkgbase = x-git\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\n\t${line}\n\npkgname = x-git\n`;
    world.commit({
      ...folderOf('x-git', custom, {}, { '.SRCINFO': srcinfo(`source_x86_64 = git+${url}`) }),
      ...folderOf('foo-svn', custom, { sources: [`git+${url}`] }),
    });
    await world.run();
    expect(world.show('state', 'x-git')).toBeUndefined();
    expect(world.show('state', 'foo-svn')).toBeUndefined();
    world.pushUpstream('up', {});
    expect((await world.run()).delivered).toEqual([]);
  });

  it('V08 stay noted while their server is silent', async () => {
    world = await RecipeWorld.open();
    const commit = '1'.repeat(40);
    world.commit(
      folderOf('foo-git', `${custom}CI_GIT_COMMIT=${commit}\n`, {
        sources: ['git+http://127.0.0.1:9/x.git'],
      }),
    );
    const { report, delivered } = await world.run();
    expect(delivered).toEqual([]);
    expect(report.packages).toMatchObject([
      { decision: 'nothing', problems: [{ code: 'UPS041', severity: 'warning' }] },
    ]);
    expect(world.show('state', 'foo-git')).toBe(`CI_GIT_COMMIT=${commit}\n`);
    expect(world.checks()['foo-git']).toMatchObject({ error: { code: 'UPS041' } });
  });

  it('V09 are noted and not built for where a trigger has to come first', async () => {
    world = await watching('foo-git', (url) => `git+${url}`, `${custom}CI_ON_TRIGGER=daily\n`);
    await world.run();
    const second = world.pushUpstream('up', {});
    const { delivered, report, told } = await world.run();
    expect(delivered).toEqual([]);
    expect(report.packages).toMatchObject([{ decision: 'wait' }]);
    expect(told.join('\n')).toContain("built on trigger 'daily'");
    expect(world.show('state', 'foo-git')).toBe(`CI_GIT_COMMIT=${second}\n`);
  });

  it('22.7 are watched in all sources that nobody pinned', async () => {
    world = await RecipeWorld.open();
    for (const name of ['one', 'two']) world.pushUpstream(name, {});
    world.commit(
      folderOf('foo', `${custom}CI_FORCE_VCS=true\n`, {
        sources: [`git+${world.urlOf('one')}`, `git+${world.urlOf('two')}`],
      }),
    );
    await world.run();
    world.pushUpstream('two', {});
    expect((await world.run()).delivered).toEqual(['foo']);
    expect(world.show('state', 'foo')).toMatch(/^CI_GIT_COMMIT=.{40}\nCI_GIT_COMMIT_.{8}=.{40}\n$/);
  });

  it('are built for at once when the target has never had the package', async () => {
    world = await RecipeWorld.open();
    world.publish('target.db', ['old-git:1-1']);
    world.commit({ '.ci/config': world.config({ CI_LIB_DB: `${world.url}/db/target.db` }) });
    for (const name of ['old-git', 'new-git']) {
      world.pushUpstream(name, {});
      world.commit(folderOf(name, custom, { sources: [`git+${world.urlOf(name)}`] }));
    }
    const { delivered } = await world.run();
    expect(delivered).toEqual(['new-git']);
  });

  it('22.30 wait for the shortest time between two rebuilds, and are not lost', async () => {
    world = await watching('foo-git', (url) => `git+${url}`, `${custom}CI_VCS_INTERVAL=6\n`, {
      CI_VCS_INTERVAL: '99',
    });
    await world.run();
    world.pushUpstream('up', {});
    expect((await world.run()).delivered).toEqual(['foo-git']);
    const noted = world.show('state', 'foo-git');
    world.pushUpstream('up', {});
    await world.later(3_600_000);
    const early = await world.run();
    expect(early.delivered).toEqual([]);
    expect(early.told.join('\n')).toContain('new commits wait until');
    expect(world.show('state', 'foo-git')).toBe(noted);
    await world.later(5 * 3_600_000);
    expect((await world.run()).delivered).toEqual(['foo-git']);
  });

  it('are not known of a package without .SRCINFO, which is told of it', async () => {
    world = await RecipeWorld.open(folderOf('foo-git', custom, {}, { '.SRCINFO': '' }));
    const { report } = await world.run();
    expect(report.packages).toMatchObject([{ problems: [{ code: 'CIS004', severity: 'warning' }] }]);
  });
});
