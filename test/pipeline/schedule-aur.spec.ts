import { afterEach, describe, expect, it } from 'vitest';
import { farServer } from '../fetcher/far-server.ts';
import { folderOf, recipe } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';

let world: RecipeWorld;
afterEach(() => world.dispose());

const aur = 'CI_PKGBUILD_SOURCE=aur\n';

describe('recipes from the AUR', () => {
  it('are committed, noted and scheduled when they change, all in one push', async () => {
    world = await RecipeWorld.open({ ...folderOf('foo', aur), ...folderOf('bar', aur) });
    world.pushToAur('foo', recipe('foo'), { modified: 100 });
    world.pushToAur('bar', recipe('bar'), { modified: 100 });
    const first = await world.run();
    expect(first.delivered).toEqual([]);
    expect(world.show('state', 'foo')).toBe('CI_PKGBUILD_MAINTAINERS=someone\nCI_PKGBUILD_TIMESTAMP=100\n');
    world.pushToAur('foo', recipe('foo', { pkgver: '2' }), { modified: 200 });
    const { report, delivered } = await world.run();
    expect(report.packages.map(({ name, decision }) => [name, decision])).toEqual([
      ['bar', 'nothing'],
      ['foo', 'commit'],
    ]);
    expect(world.subjects()).toEqual(['chore(update): foo', 'init']);
    expect(world.show('main', 'foo/PKGBUILD')).toContain('pkgver=2');
    expect(delivered).toEqual(['foo']);
    expect(world.tip('refs/tags/scheduled')).toBe(world.tip('refs/heads/main'));
    expect(world.show('state', '.commit')).toBe(`${world.tip('refs/heads/main')}\n`);
    expect(world.git(world.checkout, 'rev-parse', 'HEAD')).toBe(world.tip('refs/heads/main'));
    expect(world.git(world.checkout, 'status', '--porcelain')).toBe('');
  });

  it('are taken over in the style of the repository, whole, but for .CI and .gitignore', async () => {
    world = await RecipeWorld.open({
      '.editorconfig': '[PKGBUILD]\nindent_style = space\nindent_size = 4\n',
      ...folderOf('foo', aur, {}, { '.gitignore': 'pkg\n', 'old.patch': 'x', '.CI/prepare': 'true\n' }),
    });
    const { PKGBUILD, ...rest } = recipe('foo', { pkgver: '2' });
    world.pushToAur(
      'foo',
      {
        ...rest,
        PKGBUILD: PKGBUILD.replace('  true', '\t\ttrue'),
        '.gitignore': '*\n',
        '.CI/config': 'CI_PKGBUILD_SOURCE=custom\n',
        'new.sh!': 'true\n',
      },
      { modified: 200 },
    );
    await world.run();
    expect(world.paths('main').filter((path) => path.startsWith('foo/'))).toEqual([
      ...[
        'foo/.CI/config',
        'foo/.CI/prepare',
        'foo/.SRCINFO',
        'foo/.gitignore',
        'foo/PKGBUILD',
        'foo/new.sh',
      ],
    ]);
    expect(world.show('main', 'foo/PKGBUILD')).toContain('\n    true\n');
    expect(world.show('main', 'foo/.gitignore')).toBe('pkg\n');
    expect(world.show('main', 'foo/.CI/config')).toBe(aur);
    expect(world.git(world.remote, 'ls-tree', 'main', 'foo/new.sh')).toMatch(/^100755/);
  });

  it('A01 are asked for 150 at a time where there is no list of all', async () => {
    const names = Array.from({ length: 301 }, (_, index) => `p${index}`);
    world = await RecipeWorld.open(
      Object.fromEntries(names.flatMap((name) => Object.entries({ [`${name}/.CI/config`]: aur }))),
      { CI_AUR_MODE: 'rpc' },
    );
    for (const name of names) world.aur.set(name, { modified: 1 });
    const { asked } = await world.run({ dryRun: true });
    const requests = asked.filter((line) => line.startsWith('GET /rpc/v5/info?arg[]='));
    expect(requests.map((line) => line.split('arg[]=').length - 1).sort()).toEqual([1, 150, 150]);
  });

  it('A02 are asked for in addresses that the AUR takes', async () => {
    const names = Array.from({ length: 150 }, (_, index) => `p${index}`.padEnd(40, 'x'));
    world = await RecipeWorld.open(Object.fromEntries(names.map((name) => [`${name}/.CI/config`, aur])), {
      CI_AUR_MODE: 'rpc',
    });
    const { asked } = await world.run({ dryRun: true });
    const requests = asked.filter((line) => line.startsWith('GET /rpc/'));
    expect(requests.length).toBeGreaterThan(1);
    for (const line of requests) expect(world.url.length + line.length - 4).toBeLessThanOrEqual(4_443);
  });

  it.each(['dump', 'rpc'])('A03 are found when no package has the name of the base (%s)', async (mode) => {
    const srcinfo = recipe('dxvk-git')['.SRCINFO'].replace('pkgname = dxvk-git', 'pkgname = dxvk-bin-git');
    world = await RecipeWorld.open(folderOf('dxvk-git', aur, {}, { '.SRCINFO': srcinfo }), {
      CI_AUR_MODE: mode,
    });
    world.pushToAur('dxvk-git', recipe('dxvk-git'), { modified: 5, names: ['dxvk-bin-git'] });
    await world.run();
    expect(world.show('state', 'dxvk-git')).toContain('CI_PKGBUILD_TIMESTAMP=5\n');
  });

  it('A04 A05 A08 are cloned only when they are newer, and other files alone are no change', async () => {
    world = await RecipeWorld.open(
      { ...folderOf('foo', aur, {}, { 'foo.install': 'a\n' }) },
      { CI_HUMAN_REVIEW: 'true' },
    );
    world.pushToAur('foo', { ...recipe('foo'), 'foo.install': 'a\n' }, { modified: 100 });
    await world.run();
    // the same time again: whatever is there is not looked at
    world.pushToAur('foo', recipe('foo', { pkgver: '7' }), { modified: 100 });
    const same = await world.run();
    expect(same.report.packages).toMatchObject([{ decision: 'nothing' }]);
    world.pushToAur('foo', { ...recipe('foo'), 'foo.install': 'b\n' }, { modified: 200 });
    const other = await world.run();
    expect(other.report.packages).toMatchObject([{ decision: 'nothing' }]);
    expect(world.show('state', 'foo')).toContain('CI_PKGBUILD_TIMESTAMP=200\n');
    expect(world.subjects()).toEqual(['init']);
    world.pushToAur('foo', recipe('foo', { pkgver: '2' }), { modified: 300 });
    const major = await world.run();
    expect(major.report.packages).toMatchObject([
      { decision: 'review', because: expect.stringContaining('foo.install') },
    ]);
  });

  it('A06 are cloned twice before they are given up, and the others are updated all the same', async () => {
    world = await RecipeWorld.open({ ...folderOf('foo', aur), ...folderOf('gone', aur) });
    world.pushToAur('foo', recipe('foo', { pkgver: '2' }), { modified: 200 });
    world.aur.set('gone', { modified: 200 });
    const { report, delivered, told } = await world.run();
    expect(delivered).toEqual(['foo']);
    expect(world.clock.pauses.filter((ms) => ms === 30_000)).toHaveLength(1);
    expect(told.join('\n')).toMatch(/gone: .*once more in 30 s/);
    expect(report.packages).toMatchObject([{ name: 'foo' }, { name: 'gone', decision: 'failed' }]);
    expect(world.show('state', 'gone')).toBeUndefined();
    expect(world.checks()['gone']).toMatchObject({
      failures: 1,
      error: { code: expect.stringMatching(/^GIT/) },
    });
  });

  it('are asked for through the proxy that is for the AUR alone', async () => {
    const proxied: string[] = [];
    const proxy = await farServer((request, response) => {
      proxied.push(request.url ?? '');
      response.writeHead(200).end('[]');
    });
    world = await RecipeWorld.open(
      { ...folderOf('foo', aur), ...folderOf('demo', 'CI_PKGBUILD_SOURCE=gitlab:42\n') },
      { CI_AUR_PROXY: proxy.url },
    );
    const { asked } = await world.run({ dryRun: true }).finally(() => proxy.close());
    expect(proxied).toEqual([`${world.url}/packages-meta-ext-v1.json.gz`]);
    expect(asked).toEqual([expect.stringContaining('/api/v4/projects/42/')]);
  });

  it('A07 are left as they are while the AUR is down, and everything else goes on', async () => {
    world = await RecipeWorld.open({ ...folderOf('foo', aur) });
    const old = world.pushUpstream('up', {});
    world.commit(
      folderOf('bar-git', 'CI_PKGBUILD_SOURCE=custom\n', { sources: [`git+${world.urlOf('up')}`] }),
    );
    world.answers.set('/packages-meta-ext-v1.json.gz', (_request, response) => response.writeHead(503).end());
    world.answers.set('/rpc/v5/info', (_request, response) => response.writeHead(503).end());
    const { report } = await world.run();
    expect(report.problems.map(({ code, severity }) => [code, severity])).toEqual([
      ['UPS001', 'warning'],
      ['UPS002', 'warning'],
    ]);
    expect(world.show('state', 'bar-git')).toBe(`CI_GIT_COMMIT=${old}\n`);
    expect(world.checks()['foo']).toMatchObject({ error: { code: 'CIS015' } });
    expect(world.checks()['foo']).not.toHaveProperty('failures');
  });

  it('that the AUR no longer has, or calls by another name, are told of and stay as they are', async () => {
    world = await RecipeWorld.open({
      ...folderOf('gone', aur),
      ...folderOf('old-name', aur),
      ...folderOf('ours', aur, {}, { '.SRCINFO': recipe('theirs')['.SRCINFO'] }),
    });
    world.pushToAur('old-name', recipe('new-name', { pkgver: '2' }), { modified: 2 });
    world.pushToAur('ours', recipe('theirs', { pkgver: '2' }), { modified: 2 });
    const { report, delivered } = await world.run();
    const codes = report.packages.map(({ name, problems }) => [name, problems.map(({ code }) => code)]);
    expect(codes).toEqual([
      ['gone', ['UPS003']],
      ['old-name', ['CIS016']],
      ['ours', []],
    ]);
    // a folder that renames a recipe is meant to
    expect(delivered).toEqual(['ours']);
    expect(world.checks()['gone']).toMatchObject({ error: { code: 'UPS003' } });
  });

  it('whose .SRCINFO does not fit their PKGBUILD are told of and stay as they are', async () => {
    world = await RecipeWorld.open({ ...folderOf('foo', aur), ...folderOf('bar', aur) });
    const files = { ...recipe('foo', { pkgver: '2' }), '.SRCINFO': recipe('foo')['.SRCINFO'] };
    world.pushToAur('foo', files, { modified: 2 });
    world.pushToAur(
      'bar',
      { ...recipe('bar', { pkgver: '2' }), PKGBUILD: 'build() { make' },
      { modified: 2 },
    );
    const { report } = await world.run();
    expect(report.packages.map(({ decision, problems }) => [decision, problems[0]?.code])).toEqual([
      ['failed', 'CIS010'],
      ['failed', 'CIS014'],
    ]);
    expect(world.subjects()).toEqual(['init']);
    expect(world.show('state', 'foo')).toBeUndefined();
  });
});
