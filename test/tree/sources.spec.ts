import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { codesOf, ebuild, World } from './world.ts';

/** A kit of a source; `repository` are more settings of it. */
function kitOf(world: World, repository = ''): void {
  world.source('kit-fixups', {
    'releases/next/repositories.yaml': `release:
  repositories:
    - overlay: { url: '${world.url('overlay')}' ${repository} }
  source-collections: { all: [overlay] }
  kit-definitions:
    kits:
      - one-kit: { source: all, branch: next }
      - two-kit: { source: all, branch: next }
`,
    'one-kit/packages.yaml': 'packages:\n  - overlay: [app-misc/a, app-misc/gone]\n',
    'two-kit/next/app-two/b/b-1.ebuild': ebuild('SRC_URI="https://b.example/same.tar"\n'),
    'two-kit/next/app-two/b/Manifest': `DIST same.tar 1 SHA512 ${'b'.repeat(128)}\n`,
  });
}

it('9.3: reports distfiles of one name that differ in two kits, and packages that a source lacks', async () => {
  const world = new World();
  world.source('overlay', {
    'app-misc/a/a-1.ebuild': ebuild('SRC_URI="https://a.example/same.tar"\n'),
    'app-misc/a/Manifest': `DIST same.tar 1 SHA512 ${'a'.repeat(128)}\n`,
  });
  kitOf(world);
  const run = await world.regen('--fixups-url', world.url('kit-fixups'));
  expect(run.code).toBe(2);
  expect(run.err).toContain("'overlay' has no 'app-misc/gone'");
  expect(run.err).toContain(
    "'same.tar' of 'two-kit: app-two/b' and of 'one-kit: app-misc/a' are different files",
  );
  expect(codesOf(run.events)).toEqual(expect.arrayContaining(['TRE005', 'TRE007', 'AGN025']));
  expect(run.err).toContain("licence 'MIT' of 'app-misc/a-1' is nowhere");
});

it('7.8: takes the pinned commit, and refuses one that is nowhere', async () => {
  const world = new World();
  const old = world.source('overlay', { 'app-misc/a/a-1.ebuild': ebuild() });
  world.source('overlay', { 'app-misc/a/a-2.ebuild': ebuild() });
  kitOf(world, `, src_sha1: ${old}`);
  await world.regen('--fixups-url', world.url('kit-fixups'));
  const made = world.paths(world.kit('one-kit')).filter((path) => path.startsWith('app-misc'));
  expect(made).toEqual(['app-misc/a/a-1.ebuild']);
  kitOf(world, `, src_sha1: ${'0'.repeat(39)}1`);
  const refused = await world.regen();
  expect([refused.code, refused.err.includes('TRE012')]).toEqual([1, true]);
});

it('7.8: refuses a source whose history was rewritten, every time, and one whose address changed', async () => {
  const world = new World();
  world.source('overlay', { 'app-misc/a/a-1.ebuild': ebuild() });
  kitOf(world);
  await world.regen('--fixups-url', world.url('kit-fixups'));
  world.git(
    join(world.top, 'sources/overlay'),
    'commit',
    '--quiet',
    '--amend',
    '--message',
    'y',
    '--allow-empty',
  );
  for (const _ of [1, 2]) {
    const refused = await world.regen();
    expect([refused.code, refused.err.includes('TRE002')]).toEqual([3, true]);
  }
  const other = `${world.url('kit-fixups')}/.git`;
  const moved = await world.regen('--fixups-url', other);
  expect([moved.code, moved.err.includes('GIT015')]).toEqual([2, true]);
});

it('repairs an address that changed on wish, and overwrites what somebody left in a copy', async () => {
  const world = new World();
  world.source('overlay', { 'app-misc/a/a-1.ebuild': ebuild() });
  kitOf(world);
  await world.regen('--fixups-url', world.url('kit-fixups'));
  const copy = join(world.workspace, 'source-trees/kit-fixups');
  writeFileSync(join(copy, 'two-kit/next/app-two/b/b-2.ebuild'), ebuild());
  const other = `${world.url('kit-fixups')}/.git`;
  const again = await world.regen('--fixups-url', other, '--on-origin-mismatch', 'repair');
  expect([again.code, again.out]).toEqual([2, 'kits: 0 of 2 changed; meta-repo: unchanged\n']);
  expect(world.git(copy, 'remote', 'get-url', 'origin')).toBe(other);
});

it('asks for kit-fixups when there are none yet, and for remotes in production', async () => {
  const world = new World();
  const lost = await world.regen();
  expect([lost.code, lost.err.includes('TRE001')]).toEqual([2, true]);
  world.source('overlay', {});
  kitOf(world);
  const homeless = await world.regen('--prod', '--fixups-url', world.url('kit-fixups'));
  expect([homeless.code, homeless.err.includes('TRE008')]).toEqual([1, true]);
  const unknown = await world.regen('--fixups-branch', 'none');
  expect([unknown.code === 0, unknown.err.includes('GIT005')]).toEqual([false, true]);
});
