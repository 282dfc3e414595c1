import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ebuild, World } from './world.ts';

it('is completed by the next run when it is killed after the first kit was pushed: nothing is committed twice', async () => {
  const world = new World();
  const kits = ['a-kit', 'b-kit'];
  for (const name of [...kits, 'meta-repo']) world.remote(name, 'next');
  const bare = (name: string): string => join(world.top, 'remotes', `${name}.git`);
  world.source('kit-fixups', {
    'releases/next/repositories.yaml': `release:
  remotes: { prod: { url: '${world.remotes}' } }
  kit-definitions:
    defaults: { branch: next }
    kits: [a-kit, b-kit]
`,
    'a-kit/curated/app-a/a/a-1.ebuild': ebuild(),
    'a-kit/curated/licenses/MIT': 'text\n',
    'b-kit/curated/app-b/b/b-1.ebuild': ebuild(),
    'b-kit/curated/licenses/MIT': 'text\n',
  });
  const child = world.start(['tree', 'regen', 'next', '--prod', '--fixups-url', world.url('kit-fixups')]);
  let said = '';
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (piece: Buffer) => {
      said += piece.toString();
      if (said.includes('a-kit: pushed')) child.kill('SIGKILL');
    });
    child.once('close', () => resolve());
  });
  expect(said).toContain('a-kit: pushed');
  expect(world.count(bare('a-kit'), 'next')).toBe(2);
  const again = await world.regen('--prod');
  expect([again.code, again.err]).toEqual([0, again.err]);
  const sha1 = JSON.parse(world.show(bare('meta-repo'), 'metadata/kit-sha1.json', 'next'));
  for (const kit of kits) {
    expect(world.count(bare(kit), 'next')).toBe(2);
    expect(sha1[kit]).toEqual({ next: world.git(bare(kit), 'rev-parse', 'next') });
  }
});
