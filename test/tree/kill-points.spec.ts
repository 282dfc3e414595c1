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
    'a-kit/curated/app-a/made/autogen.ts': autogen(
      `  const archive = await hub.Archive.getOrCreate('made-1.tar.xz', {}, async ({ topPath }) => {
    await hub.cmd.run(['sh', '-c', 'echo 1 > "$1/x"', 'sh', topPath]);
  });
  hub.breezyBuild({ ...pkg, version: '1', artifacts: [archive] }).push();`,
    ),
    'b-kit/curated/app-b/b/b-1.ebuild': ebuild(),
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

/** Whether the CDN has the archive that a commit of the first kit names. */
function isAtCdn(world: World): boolean {
  const manifest = world.show(bare(world, 'a-kit'), 'app-a/made/Manifest', 'next');
  const sha512 = /SHA512 ([0-9a-f]+)/.exec(manifest)?.[1] ?? '';
  return existsSync(join(world.cdn, sha512.slice(0, 2), sha512.slice(2, 4), sha512.slice(4, 6), sha512));
}

describe('packmill tree regen that is killed', () => {
  it('at one point after the other shows old or new, and the run after all completes it: nothing twice', async () => {
    const world = newWorld();
    const before = tips(world);
    for (const [name, point, visible] of points) {
      await killAt(world, point);
      const now = tips(world);
      expect([name, repositories.filter((one) => now[one] !== before[one])]).toEqual([name, visible]);
      expectWhole(world);
      if (visible.includes('a-kit')) expect([name, isAtCdn(world)]).toEqual([name, true]);
    }
    const last = await world.regen(...words(world));
    expect([last.code, last.err]).toEqual([0, last.err]);
    expectWhole(world);
    for (const one of repositories) expect([one, world.count(bare(world, one), 'next')]).toEqual([one, 2]);
    const sums = JSON.parse(world.show(bare(world, 'meta-repo'), 'metadata/kit-sha1.json', 'next'));
    for (const kit of kits) expect(sums[kit]).toEqual({ next: tip(world, kit) });
  });
});
