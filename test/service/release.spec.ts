import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { UpkeepView } from '../../src/api/index.ts';
import { ScratchRemote } from '../git/scratch-remote.ts';
import { ServiceFixture } from './service-fixture.ts';

const clears: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clear of clears.splice(0).reverse()) await clear();
});

const ebuild =
  'EAPI=8\nDESCRIPTION="d"\nHOMEPAGE="https://a.example"\nLICENSE="MIT"\nSLOT="0"\nKEYWORDS="amd64"\n';

/** A release of one kit with bare remotes, kept by a farm. */
class KeptRelease {
  readonly fixups = new ScratchRemote();
  readonly farm: ServiceFixture;
  readonly checkout: string;

  private constructor(farm: ServiceFixture) {
    this.farm = farm;
    this.checkout = this.fixups.clone('checkout');
    this.fixups.git(this.checkout, 'symbolic-ref', 'HEAD', 'refs/heads/master');
  }

  static async make(upkeep: string): Promise<KeptRelease> {
    const kept = new KeptRelease(await ServiceFixture.make());
    clears.push(
      () => kept.farm.dispose(),
      () => kept.fixups.dispose(),
    );
    for (const name of ['app-kit', 'meta-repo']) kept.#remote(name);
    const url = `file://${kept.fixups.bare}`;
    const source = `kind: release, branch: master, regen: { release: next }, upkeep: { ${upkeep} }`;
    kept.farm.settings('', `fixups: { url: "${url}", ${source} }`);
    return kept;
  }

  remote(name: string): string {
    return join(this.fixups.folder, 'remotes', `${name}.git`);
  }

  #remote(name: string): void {
    const bare = this.remote(name);
    mkdirSync(dirname(bare), { recursive: true });
    this.fixups.git(this.fixups.folder, 'init', '--quiet', '--bare', bare);
    const seed = join(this.fixups.folder, `seed-${name}`);
    this.fixups.git(this.fixups.folder, 'init', '--quiet', seed);
    writeFileSync(join(seed, 'begin'), '');
    this.fixups.git(seed, 'add', '--all');
    this.fixups.git(seed, 'commit', '--quiet', '--message', 'begin');
    this.fixups.git(seed, 'push', '--quiet', bare, 'HEAD:refs/heads/next');
    rmSync(seed, { recursive: true });
  }

  push(files: Readonly<Record<string, string | null>>): string {
    const id = this.fixups.commit(this.checkout, files);
    this.fixups.git(this.checkout, 'push', '--quiet', 'origin', 'HEAD:master');
    return id;
  }

  definition(): string {
    return `release:
  metadata: { who: somebody }
  repositories: []
  source-collections: { all: [] }
  remotes: { prod: { url: 'file://${join(this.fixups.folder, 'remotes')}/{repo}.git', mirrors: [] } }
  kit-definitions:
    defaults: { branch: next, stability: prime }
    kits: [app-kit: { source: all }]
`;
  }

  async stands(isWanted: (view: UpkeepView) => boolean): Promise<UpkeepView> {
    for (;;) {
      const [view] = await this.farm.json<UpkeepView[]>('/api/upkeep');
      if (view && isWanted(view)) return view;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

it('regenerates a release when its definition moves, pushes kits and meta-repo, and keeps a log', async () => {
  const kept = await KeptRelease.make('every: never, look: 200ms');
  const first = kept.push({
    'releases/next/repositories.yaml': kept.definition(),
    'app-kit/global/metadata/layout.conf': 'masters =\n',
    'app-kit/global/app-misc/app/app-1.ebuild': ebuild,
    'app-kit/global/app-misc/made/autogen.ts':
      "export async function generate(hub, pkg) { hub.breezyBuild({ ...pkg, version: '2', artifacts: [] }).push(); }\n",
    'app-kit/global/app-misc/made/templates/made.tmpl': ebuild,
  });
  await kept.farm.up();
  const done = await kept.stands(({ commit, running }) => commit === first && running === null);
  expect(done.last[0], JSON.stringify(done)).toMatchObject({ by: 'push', outcome: 'done', problem: null });
  const paths = (name: string): string =>
    kept.fixups.git(kept.remote(name), 'ls-tree', '-r', '--name-only', 'next');
  expect(paths('app-kit')).toMatch(/^app-misc\/app\/app-1\.ebuild$/m);
  expect(paths('app-kit')).toMatch(/^app-misc\/made\/made-2\.ebuild$/m);
  expect(paths('meta-repo')).toMatch(/^metadata\/kit-sha1\.json$/m);
  expect(await kept.farm.do('tree', 'log', 'fixups')).toMatch(/done$/m);

  const second = kept.push({ 'app-kit/global/app-misc/made/autogen.ts': 'throw new Error("no");\n' });
  const ill = await kept.stands(({ commit, running }) => commit === second && running === null);
  expect(ill.last[0]).toMatchObject({ outcome: 'done', problem: { code: 'AGN037' } });
  expect(paths('app-kit')).toMatch(/^app-misc\/made\/made-2\.ebuild$/m);
  expect((await kept.farm.do('tree', 'log', 'fixups', '--list')).trim().split('\n')).toHaveLength(2);
  const missing = await kept.farm.run(['tree', 'log', 'other']);
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('CLI002')]);
});
