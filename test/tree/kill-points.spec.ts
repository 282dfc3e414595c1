import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { autogen, ebuild, World } from './world.ts';

const kits = ['a-kit', 'b-kit'];
const repositories = [...kits, 'meta-repo'];

/** What a run has done when it is killed: a word that it says, or what a remote is at. */
type Point =
  | { readonly said: RegExp }
  | { readonly repository: string; readonly hook: 'pre-receive' | 'post-receive' };

/** In the order of a run, and what of it everybody may see by then. */
const points: readonly (readonly [string, Point, readonly string[]])[] = [
  ['autogens have written', { said: /a-kit next: metadata/ }, []],
  ['the first kit is committed and no other one made', { said: /b-kit next: / }, []],
  [
    'archives are with the CDN, and a kit is with its server and not yet visible',
    { repository: 'a-kit', hook: 'pre-receive' },
    [],
  ],
  ['a kit is visible and nobody here knows', { repository: 'a-kit', hook: 'post-receive' }, ['a-kit']],
  ['all kits are pushed', { repository: 'meta-repo', hook: 'pre-receive' }, kits],
  [
    'meta-repo is visible and nobody here knows',
    { repository: 'meta-repo', hook: 'post-receive' },
    repositories,
  ],
];

const bare = (world: World, name: string): string => join(world.top, 'remotes', `${name}.git`);
const tip = (world: World, name: string): string => world.git(bare(world, name), 'rev-parse', 'next');
const tips = (world: World) => Object.fromEntries(repositories.map((name) => [name, tip(world, name)]));

/** Version N of everything: an ebuild by hand in each kit, an archive in the first. */
function change(world: World, round: number): void {
  world.source('kit-fixups', {
    'a-kit/curated/app-a/made/autogen.ts': autogen(
      `  const archive = await hub.Archive.getOrCreate('made-${round}.tar.xz', {}, async ({ topPath }) => {
    await hub.cmd.run(['sh', '-c', 'echo ${round} > "$1/x"', 'sh', topPath]);
  });
  hub.breezyBuild({ ...pkg, version: '${round}', artifacts: [archive] }).push();`,
    ),
    'b-kit/curated/app-b/b/b-1.ebuild': ebuild(`# ${round}\n`),
  });
}

function newWorld(): World {
  const world = new World();
  for (const name of repositories) world.remote(name, 'next');
  world.source('kit-fixups', {
    'releases/next/repositories.yaml': `release:
  remotes: { prod: { url: '${world.remotes}' } }
  kit-definitions:
    defaults: { branch: next }
    kits: [a-kit, b-kit]
`,
    'a-kit/curated/metadata/layout.conf': 'masters =\n',
    'a-kit/curated/licenses/MIT': 'text\n',
    'a-kit/curated/app-a/made/templates/made.tmpl': ebuild('SRC_URI="{{src_uri}}"\n'),
    'b-kit/curated/licenses/MIT': 'text\n',
  });
  return world;
}

const words = (world: World): readonly string[] => [
  ...['--prod', '--howdy', '--fixups-url', world.url('kit-fixups'), '--cdn', world.cdn],
];

/** Starts a run and kills it, and nothing that asks it to stop, at a point. */
async function killAt(world: World, point: Point): Promise<void> {
  const child = world.start(['tree', 'regen', 'next', ...words(world)]);
  let said = '';
  if ('hook' in point) {
    const hooks = join(bare(world, point.repository), 'hooks');
    mkdirSync(hooks, { recursive: true });
    // what the server has received and not yet shown is lost with it
    const end = point.hook === 'pre-receive' ? 'exit 1' : '';
    const script = `#!/bin/sh\nrm -- "$0"\nkill -9 ${child.pid}\n${end}\n`;
    writeFileSync(join(hooks, point.hook), script, { mode: 0o755 });
  }
  child.stderr?.on('data', (piece: Buffer) => {
    said += piece.toString();
    if ('said' in point && point.said.test(said)) child.kill('SIGKILL');
  });
  const signal = await new Promise((resolve) => child.once('exit', (_code, by) => resolve(by)));
  expect([signal, said]).toEqual(['SIGKILL', said]);
}

/** That meta-repo names commits that everybody can have, of which nothing is missing. */
function expectWhole(world: World): void {
  const text = world.paths(bare(world, 'meta-repo'), 'next').includes('metadata/kit-sha1.json')
    ? world.show(bare(world, 'meta-repo'), 'metadata/kit-sha1.json', 'next')
    : '{}';
  for (const [kit, branches] of Object.entries(JSON.parse(text) as Record<string, { next: string }>))
    world.git(bare(world, kit), 'merge-base', '--is-ancestor', branches.next, 'next');
  for (const name of repositories)
    world.git(bare(world, name), 'fsck', '--connectivity-only', '--no-dangling');
}

describe('packmill tree regen that is killed', () => {
  it('at any point shows old or new, and the next run completes it: nothing twice, meta-repo last', async () => {
    const world = newWorld();
    for (const [round, [name, point, visible]] of points.entries()) {
      change(world, round + 1);
      const before = tips(world);
      await killAt(world, point);
      const now = tips(world);
      expect([name, repositories.filter((one) => now[one] !== before[one])]).toEqual([name, visible]);
      expectWhole(world);
      const again = await world.regen(...words(world));
      expect([name, again.code, again.err]).toEqual([name, 0, again.err]);
      expectWhole(world);
      for (const one of repositories)
        expect([name, one, world.count(bare(world, one), 'next')]).toEqual([name, one, round + 2]);
      const sums = JSON.parse(world.show(bare(world, 'meta-repo'), 'metadata/kit-sha1.json', 'next'));
      for (const kit of kits) expect([name, sums[kit]]).toEqual([name, { next: tip(world, kit) }]);
      const manifest = world.show(bare(world, 'a-kit'), 'app-a/made/Manifest', 'next');
      const sha512 = /SHA512 ([0-9a-f]+)/.exec(manifest)?.[1] ?? '';
      const shelf = [sha512.slice(0, 2), sha512.slice(2, 4), sha512.slice(4, 6)];
      expect([name, existsSync(join(world.cdn, ...shelf, sha512))]).toEqual([name, true]);
    }
  });
});
