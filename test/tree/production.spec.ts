import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashOf } from '../autogen/kit.ts';
import { autogen, ebuild, World } from './world.ts';

const archive = `  const archive = await hub.Archive.getOrCreate('app-1.tar.xz', { topDirectory: 'app' }, async ({ topPath }) => {
    (await import('node:fs')).writeFileSync(topPath + '/README', 'HELLO');
  });
  hub.breezyBuild({ ...pkg, version: '1', artifacts: [archive] }).push();`;

/** Three kits: an automatic one that is made after its master, which comes later in the file, and one that is taken over. */
function threeKits(mirrors = ''): World {
  const world = new World();
  for (const name of ['app-kit', 'core-kit', 'own-kit']) world.remote(name, 'next');
  world.remote('meta-repo', 'next');
  world.source('overlay', {
    'eclass/base.eclass': '# base\n',
    'eclass/ELT-patches/fix/one': 'patch\n',
    'sys-libs/base/base-1.ebuild': ebuild(),
    'licenses/MIT': 'MIT text\n',
  });
  world.source('own', {
    'metadata/layout.conf': 'masters =\n',
    'metadata/secret': 'not for kits\n',
    'profiles/repo_name': 'own\n',
    'profiles/categories': 'wrong\n',
    'licenses/MIT': 'MIT text\n',
    'dev-own/thing/thing-1.ebuild': ebuild(),
    'dev-own/made/autogen.ts': autogen(`  hub.breezyBuild({ ...pkg, version: '2', artifacts: [] }).push();`),
    'dev-own/made/templates/made.tmpl': ebuild(),
  });
  world.source('kit-fixups', {
    'releases/next/repositories.yaml': `release:
  metadata: { who: somebody }
  repositories:
    - overlay: { url: '${world.url('overlay')}' }
  source-collections:
    all: [overlay]
  remotes:
    prod:
      url: '${world.remotes}'
      mirrors: [${mirrors}]
  kit-definitions:
    defaults: { branch: next, stability: prime }
    kits:
      - app-kit: { source: all, masters: [core-kit], aliases: [old-kit] }
      - core-kit: { source: all, eclasses: { include: { overlay: [base] } } }
      - own-kit: { kind: sourced, source: { url: '${world.url('own')}', branch: master } }
      - python-kit: { source: all, branch: next, settings: { primary: python3_12, alternate: python3_11 } }
`,
    'core-kit/packages.yaml': 'packages:\n  - overlay:\n    - sys-libs:\n      - sys-libs/base\n',
    'core-kit/curated/profiles/thirdpartymirrors': 'gentoo https://a.example\n',
    'app-kit/global/metadata/layout.conf': 'masters =\n',
    'app-kit/global/app-misc/app/autogen.ts': autogen(archive),
    'app-kit/global/app-misc/app/templates/app.tmpl': ebuild('SRC_URI="{{src_uri}}"\ninherit base\n'),
    'app-kit/global/app-misc/same/same-1.ebuild': ebuild(),
    'app-kit/curated/app-misc/same/same-2.ebuild': ebuild(),
    'app-kit/global/dev-python/old/old-1.ebuild': ebuild(
      'IUSE="python_targets_python3_9 python_targets_python3_10"\n',
    ),
  });
  world.remote('python-kit', 'next');
  return world;
}

const bare = (world: World, name: string): string => join(world.top, 'remotes', `${name}.git`);

const tip = (world: World, name: string): string => world.git(bare(world, name), 'rev-parse', 'next');

const named = (world: World): Readonly<Record<string, Readonly<Record<string, string>>>> =>
  JSON.parse(world.show(bare(world, 'meta-repo'), 'metadata/kit-sha1.json', 'next'));

describe.concurrent('packmill tree regen --prod', () => {
  it('pushes kits with masters, sourced kits and archives, and meta-repo that names their commits', async () => {
    const world = threeKits();
    const args = ['--prod', '--fixups_url', world.url('kit-fixups'), '--cdn', world.cdn];
    const first = await world.regen(...args);
    expect([first.code, first.err]).toEqual([0, first.err]);
    for (const kit of ['app-kit', 'core-kit', 'own-kit', 'python-kit'])
      expect(named(world)[kit]).toEqual({ next: tip(world, kit) });
    expect(first.events.flatMap(({ kind, kit }) => (kind === 'kit' ? [kit] : []))).toEqual([
      'core-kit',
      'app-kit',
      'own-kit',
      'python-kit',
    ]);
    const app = bare(world, 'app-kit');
    expect(world.show(app, 'metadata/layout.conf', 'next')).toMatch(
      /aliases = old-kit\nmasters = core-kit\n$/,
    );
    expect(world.show(app, 'metadata/md5-cache/app-misc/app-1', 'next')).toContain(
      `_eclasses_=base\t${hashOf('md5', '# base\n')}\n`,
    );
    expect(world.paths(app, 'next').filter((path) => path.startsWith('app-misc/same'))).toEqual([
      'app-misc/same/same-2.ebuild',
    ]);
    const pythonUse = 'profiles/funtoo/kits/python-kit/next/package.use/python-use';
    expect(world.show(app, pythonUse, 'next')).toBe(
      'dev-python/old python_single_target_python3_10 python_targets_python3_10\n',
    );
    const core = bare(world, 'core-kit');
    expect(world.paths(core, 'next')).toContain('eclass/ELT-patches/fix/one');
    expect(world.show(core, 'profiles/thirdpartymirrors', 'next')).toBe(
      'gentoo https://cdn.example https://a.example\nfuntoo https://cdn.example\n',
    );
    expect(world.paths(bare(world, 'own-kit'), 'next')).toEqual([
      'dev-own/made/made-2.ebuild',
      'dev-own/thing/thing-1.ebuild',
      'licenses/MIT',
      'metadata/layout.conf',
      'metadata/md5-cache/dev-own/made-2',
      'metadata/md5-cache/dev-own/thing-1',
      'profiles/categories',
      'profiles/repo_name',
    ]);
    const sha512 = /SHA512 ([0-9a-f]+)/.exec(world.show(app, 'app-misc/app/Manifest', 'next'))?.[1] ?? '';
    const shelf = [sha512.slice(0, 2), sha512.slice(2, 4), sha512.slice(4, 6)];
    expect(existsSync(join(world.cdn, ...shelf, sha512))).toBe(true);
    const second = await world.regen(...args);
    expect([second.code, second.out]).toEqual([0, 'kits: 0 of 4 changed; meta-repo: unchanged\n']);
    expect([world.count(app, 'next'), world.count(bare(world, 'meta-repo'), 'next')]).toEqual([2, 2]);
  });

  it('pushes nothing with --nopush, and nothing at all when a later kit cannot be made', async () => {
    const world = threeKits();
    const url = world.url('kit-fixups');
    const before = tip(world, 'app-kit');
    const quiet = await world.regen('--prod', '--nopush', '--fixups-url', url);
    expect([quiet.code, tip(world, 'app-kit')]).toEqual([0, before]);
    world.source('own', { 'dev-own/made/autogen.ts': autogen(`  throw new hub.BreezyError('gone');`) });
    const aborted = await world.regen('--prod', '--on-autogen-failure', 'abort');
    expect([aborted.code, tip(world, 'app-kit')]).toEqual([1, before]);
    expect(world.count(bare(world, 'core-kit'), 'next')).toBe(1);
  });

  it('completes a run in which a push was refused: nothing twice, meta-repo last', async () => {
    const world = threeKits();
    const hook = join(bare(world, 'own-kit'), 'hooks', 'pre-receive');
    mkdirSync(join(bare(world, 'own-kit'), 'hooks'), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const refused = await world.regen('--prod', '--fixups-url', world.url('kit-fixups'));
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain('GIT009');
    expect([
      world.count(bare(world, 'app-kit'), 'next'),
      world.count(bare(world, 'meta-repo'), 'next'),
    ]).toEqual([2, 1]);
    rmSync(hook);
    const completed = await world.regen('--prod');
    expect([completed.code, completed.out]).toEqual([0, 'kits: 2 of 4 changed; meta-repo: changed\n']);
    expect(world.count(bare(world, 'app-kit'), 'next')).toBe(2);
    for (const kit of ['app-kit', 'core-kit', 'own-kit', 'python-kit'])
      expect(named(world)[kit]).toEqual({ next: tip(world, kit) });
  });

  it('brings mirrors up to date last, and reports one that cannot be reached', async () => {
    const world = threeKits(`'file://MIRRORS/{repo}.git'`);
    const mirrors = join(world.top, 'remotes');
    world.git(world.top, 'init', '--quiet', '--bare', join(world.top, 'mirror-meta-repo.git'));
    const good = `file://${world.top}/mirror-{repo}.git`;
    const names = ['app-kit', 'core-kit', 'own-kit', 'python-kit'];
    for (const name of names) world.git(world.top, 'init', '--quiet', '--bare', `mirror-${name}.git`);
    const url = world.url('kit-fixups');
    const run = await world.regen('--prod', '--fixups-url', url, '--remote-prod-mirrors', good);
    expect([run.code, readdirSync(mirrors).length]).toEqual([0, 5]);
    for (const name of [...names, 'meta-repo'])
      expect(world.git(join(world.top, `mirror-${name}.git`), 'rev-parse', 'next')).toBe(tip(world, name));
    const broken = await world.regen('--prod', '--remote-prod-mirrors', `${good},file:///nowhere/{repo}.git`);
    expect([broken.code, (broken.err.match(/TRE010/g) ?? []).length]).toEqual([1, 5]);
    const none = await world.regen('--prod', '--remote_prod_mirrors', 'none');
    expect(none.code).toBe(0);
  });

  it('refuses a branch that a remote lacks before any work, and begins it on wish', async () => {
    const world = threeKits();
    const empty = `file://${world.top}/empty/{repo}.git`;
    for (const name of ['app-kit', 'core-kit', 'own-kit', 'python-kit', 'meta-repo'])
      world.git(world.top, 'init', '--quiet', '--bare', `empty/${name}.git`);
    const args = ['--prod', '--fixups-url', world.url('kit-fixups'), '--remote-prod-url', empty];
    const refused = await world.regen(...args);
    expect([refused.code, refused.err.includes('TRE003'), refused.events.length]).toEqual([2, true, 1]);
    const begun = await world.regen(...args, '--create_branches');
    expect(begun.code).toBe(0);
    expect(world.count(join(world.top, 'empty/app-kit.git'), 'next')).toBe(1);
  });

  it('pushes no kit when an archive of one cannot be uploaded', async () => {
    const world = threeKits();
    await world.regen('--prod', '--nopush', '--fixups-url', world.url('kit-fixups'));
    const manifest = world.show(join(world.workspace, 'dest-trees/app-kit'), 'app-misc/app/Manifest');
    const sha512 = /SHA512 ([0-9a-f]+)/.exec(manifest)?.[1] ?? '';
    const shelf = [sha512.slice(0, 2), sha512.slice(2, 4), sha512.slice(4, 6)];
    const blob = join(world.workspace, 'stores/blos', ...shelf, `${sha512}.blob`);
    const bytes = readFileSync(blob);
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    chmodSync(blob, 0o644);
    writeFileSync(blob, bytes);
    const refused = await world.regen('--prod', '--cdn', world.cdn);
    expect([refused.code, refused.err.includes('TRE011')]).toEqual([3, true]);
    expect(world.count(bare(world, 'core-kit'), 'next')).toBe(1);
  });
});
