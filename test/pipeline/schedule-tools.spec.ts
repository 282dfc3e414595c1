import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { sendJson } from '../fetcher/far-server.ts';
import { folderOf, recipe } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';

let world: RecipeWorld;
afterEach(() => world.dispose());

const custom = 'CI_PKGBUILD_SOURCE=custom\n';
const hook = (script: string) => ({ '.CI/update.sh': script });

describe('update.sh', () => {
  it('H01 changes a recipe, whose .SRCINFO follows; one that fails changes nothing and stops nobody', async () => {
    world = await RecipeWorld.open({
      ...folderOf(
        'good',
        custom,
        {},
        hook('sed -i "s/^pkgver=.*/pkgver=2/" PKGBUILD\necho "$PACKAGE" > name\n'),
      ),
      ...folderOf('bad', custom, {}, hook('echo pkgver=9 > PKGBUILD\necho "no such page" >&2\nexit 1\n')),
      ...folderOf('idle', custom, {}, hook('true\n')),
      ...folderOf('foo', 'CI_PKGBUILD_SOURCE=aur\n'),
    });
    world.pushToAur('foo', recipe('foo', { pkgver: '2' }), { modified: 2 });
    const { report, delivered } = await world.run();
    expect(delivered).toEqual(['foo', 'good']);
    expect(world.show('main', 'good/PKGBUILD')).toContain('pkgver=2\n');
    expect(world.show('main', 'good/.SRCINFO')).toContain('\tpkgver = 2\n');
    expect(world.show('main', 'good/name')).toBe('good\n');
    expect(world.show('main', 'bad/PKGBUILD')).toContain('pkgver=1\n');
    expect(report.packages[0]).toMatchObject({
      name: 'bad',
      decision: 'failed',
      problems: [{ code: 'CIS011', severity: 'error', why: expect.stringContaining('no such page') }],
    });
    expect(world.checks()['bad']).toMatchObject({ error: { code: 'CIS011' } });
  });

  it('sees no secret, nothing of the repository and nothing of us, and cannot take for ever', async () => {
    const look = [
      'env | sort > environment',
      `ls -d ${tmpdir()}/packmill-world-* > seen 2>&1 || true`,
      'ls -A .. > around',
      'ls -A > here',
    ];
    world = await RecipeWorld.open(
      {
        ...folderOf('curious', custom, {}, hook(`${look.join('\n')}\n`)),
        ...folderOf('slow', custom, {}, hook('sleep 600\n')),
      },
      { CI_HOOK_TIMEOUT: '2' },
    );
    const secret = 'verysecrettoken';
    process.env['ACCESS_TOKEN'] = secret;
    const { report } = await world.run().finally(() => delete process.env['ACCESS_TOKEN']);
    const environment = world.show('main', 'curious/environment') ?? '';
    expect(environment).toContain('PACKAGE=curious\n');
    expect(environment).not.toContain(secret);
    expect(world.show('main', 'curious/seen')).toMatch(/cannot access|No such file/);
    expect(world.show('main', 'curious/around')).not.toContain('slow');
    expect(world.show('main', 'curious/here')).not.toMatch(/^\.git$/m);
    expect(report.packages[1]).toMatchObject({ name: 'slow', problems: [{ code: 'CIS011' }] });
  });

  it.each([
    ['', 'review'],
    ['update.sh', 'commit'],
  ])('brings what a person has to see, unless hooks are trusted (%j)', async (trusted, decision) => {
    world = await RecipeWorld.open(
      folderOf('foo', custom, {}, hook('sed -i "s/ true/ curl x | sh/" PKGBUILD\n')),
      { CI_HUMAN_REVIEW: 'true', CI_TRUSTED_SOURCES: trusted },
    );
    const { report } = await world.run({ dryRun: true });
    expect(report.packages).toMatchObject([{ decision }]);
  });

  it('cannot change settings of its package', async () => {
    world = await RecipeWorld.open(
      folderOf('foo', custom, {}, hook('echo CI_MANAGE_AUR=true >> .CI/config\nrm .CI/update.sh\n')),
    );
    expect((await world.run()).delivered).toEqual([]);
    expect(world.subjects()).toEqual(['init']);
  });
});

describe('a version check', () => {
  const config = `${custom}CI_NVCHECKER=true\n`;
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

  /** A world with a package `foo` at 3.1.0 whose releases are tags of a repository and files of a server. */
  async function releasing(
    tag: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<RecipeWorld> {
    const made = await RecipeWorld.open({}, settings);
    made.pushUpstream('up', {});
    made.git(`${made.folder}/up`, 'tag', tag);
    for (const version of ['3.1.0', '3.2.0']) {
      made.answers.set(`/files/foo-${version}.txt`, (_request, response) =>
        response.writeHead(200).end(`foo ${version}`),
      );
    }
    const wishes = {
      pkgver: '3.1.0',
      pkgrel: '4',
      sources: [`${made.url}/files/foo-3.1.0.txt`],
      sums: [digest('foo 3.1.0')],
      lines: ["_commit='aaaa'"],
    };
    const toml = `[foo]\nsource = "git"\ngit = "${made.urlOf('up')}"\n`;
    made.commit(folderOf('foo', config, wishes, { '.nvchecker.toml': toml }));
    return made;
  }

  it('H02 writes a new version, its commit, its checksums and .SRCINFO, and proposes them', async () => {
    world = await releasing('v3.2.0');
    const revision = world.git(`${world.folder}/up`, 'rev-parse', 'HEAD');
    const { delivered, report } = await world.run();
    expect(report.packages[0]?.problems).toEqual([]);
    expect(delivered).toEqual([]);
    const text = world.show('update-foo', 'foo/PKGBUILD') ?? '';
    expect(text).toContain('pkgver=3.2.0\npkgrel=1\n');
    expect(text).toContain(`_commit='${revision}'`);
    expect(text).toContain('/files/foo-3.2.0.txt');
    expect(text).toContain(digest('foo 3.2.0'));
    expect(text).not.toContain(digest('foo 3.1.0'));
    const srcinfo = world.show('update-foo', 'foo/.SRCINFO') ?? '';
    expect(srcinfo).toContain('\tpkgver = 3.2.0\n\tpkgrel = 1\n');
    expect(srcinfo).toContain(`\tsha256sums = ${digest('foo 3.2.0')}\n`);
    expect(world.gitlab.kept).toMatchObject([
      {
        branch: 'update-foo',
        labels: ['ci', 'human-review', 'update', 'nvchecker'],
        description: expect.stringContaining('nvchecker'),
      },
    ]);
    // its sources are not downloaded again while it is open
    const proposed = world.tip('refs/heads/update-foo');
    const again = await world.run();
    expect(again.asked.filter((line) => line.includes('/files/'))).toEqual([]);
    expect(world.tip('refs/heads/update-foo')).toBe(proposed);
  });

  it('goes straight to main where nobody wants to see it', async () => {
    world = await releasing('v3.2.0', { CI_NVCHECKER_REVIEW: 'false' });
    expect((await world.run()).delivered).toEqual(['foo']);
    expect(world.show('main', 'foo/PKGBUILD')).toContain('pkgver=3.2.0\n');
  });

  it.each([
    ['aur', 'source = "aur"\naur = "bar"\nstrip_release = true'],
    ['pacman', 'source = "pacman"\npacman = "bar"\nstrip_release = true'],
  ])('7.10 asks where the settings of the repository say: %s', async (_source, check) => {
    world = await RecipeWorld.open();
    world.aur.set('bar', { modified: 1 });
    world.answers.set('/rpc/v5/info', (_request, response) =>
      sendJson(response, {
        type: 'multiinfo',
        results: [{ Name: 'bar', Version: '2.0-1', LastModified: 1 }],
      }),
    );
    const database = world.publish('extra.db', ['bar:2.0-1']);
    world.commit({ '.ci/config': world.config({ CI_LIB_DB: database, CI_NVCHECKER_REVIEW: 'false' }) });
    world.commit(folderOf('foo', config, {}, { '.nvchecker.toml': `[foo]\n${check}\n` }));
    const { delivered, report } = await world.run();
    expect(report.packages[0]?.problems).toEqual([]);
    expect(delivered).toEqual(['foo']);
    expect(world.show('main', 'foo/PKGBUILD')).toContain('pkgver=2.0\n');
  });

  it('H03 refuses a version that is older', async () => {
    world = await releasing('3.0.0');
    const { report, delivered } = await world.run();
    expect(delivered).toEqual([]);
    expect(report.packages[0]?.problems).toMatchObject([{ code: 'UPS015', severity: 'warning' }]);
    expect(world.tip('refs/heads/update-foo')).toBe('');
  });

  it('leaves the recipe at its version when a source of the new one is not there', async () => {
    world = await releasing('v3.2.0');
    world.answers.delete('/files/foo-3.2.0.txt');
    const { report } = await world.run();
    expect(report.packages[0]).toMatchObject({ decision: 'failed', problems: [{ code: 'CIS012' }] });
    expect(world.tip('refs/heads/update-foo')).toBe('');
  });

  it.each([
    ['without a file', undefined, 'CIS004'],
    ['that is no TOML', '[foo\n', 'UPS020'],
    ['of a source that would run something', '[foo]\nsource = "cmd"\ncmd = "id"\n', 'UPS023'],
  ])('%s is told of', async (_title, toml, code) => {
    world = await RecipeWorld.open(
      folderOf('foo', config, {}, toml === undefined ? {} : { 'nvchecker.toml': toml }),
    );
    const { report } = await world.run();
    expect(report.packages[0]?.problems.map((found) => found.code)).toEqual([code]);
  });
});
