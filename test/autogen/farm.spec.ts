import { spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { KitUpstream } from '../../examples/kit-upstream.ts';
import { type Ended, ended, program, project } from './program.ts';

interface Job {
  readonly id: string;
  readonly state: string;
  readonly code: string | null;
  readonly log: string | null;
}

/** A farm with a tree of ebuilds, the example kit, and its upstream. */
class Scene {
  readonly top = mkdtempSync(join(tmpdir(), 'packmill-tree-'));
  readonly farm = join(this.top, 'farm');
  readonly kit = join(this.top, 'stationery-kit');
  readonly tree = join(this.farm, 'public', 'stationery', 'tree');
  readonly upstream = new KitUpstream();

  static async make(): Promise<Scene> {
    const scene = new Scene();
    leftovers.push(scene);
    cpSync(join(project, 'examples', 'kit'), scene.kit, { recursive: true });
    // its upstream is a git repository of this machine, which no sandbox sees
    rmSync(join(scene.kit, 'app-office', 'parchment'), { recursive: true });
    const address = await scene.upstream.start();
    const made = await scene.packmill('init', '--repo', 'local-packages');
    expect(made.code, made.err).toBe(0);
    appendFileSync(
      join(scene.farm, 'packmill.yaml'),
      `\ntargets:\n  stationery:\n    kind: ebuild-tree\nupstreams:\n  stationery: ${address}\ndistfiles-host: https://distfiles.example.org\n`,
    );
    return scene;
  }

  async end(): Promise<void> {
    await this.upstream.stop();
    rmSync(this.top, { recursive: true, force: true });
  }

  packmill(...words: string[]): Promise<Ended> {
    const env = { PATH: process.env['PATH'], HOME: this.top };
    return ended(spawn(program, ['--farm', this.farm, ...words], { env }));
  }

  async build(): Promise<{ readonly code: number | null; readonly jobs: readonly Job[] }> {
    const { code, out, err } = await this.packmill('--json', 'build', this.kit, '--target', 'stationery');
    expect(out, err).toContain('"jobs"');
    return { code, jobs: (JSON.parse(out) as { jobs: Job[] }).jobs };
  }
}

const leftovers: Scene[] = [];

afterEach(async () => {
  for (const scene of leftovers.splice(0)) await scene.end();
});

const states = (jobs: readonly Job[]): Record<string, string> =>
  Object.fromEntries(jobs.map(({ id, state }) => [id, state]));

const logs = (jobs: readonly Job[]): string =>
  jobs.map(({ log }) => (log === null ? '' : readFileSync(log, 'utf8'))).join('\n');

describe('autogens in a farm', () => {
  it('run as jobs, each in a sandbox, and become a tree of ebuilds with its distfiles', async () => {
    const scene = await Scene.make();
    const { kit, tree, farm } = scene;
    const { code, jobs } = await scene.build();
    expect(states(jobs), logs(jobs)).toEqual({
      'stationery/any/app-office/inkwell': 'succeeded',
      'stationery/any/app-office/paper-patterns': 'succeeded',
      'stationery/any/dev-libs/stationery-libraries.yaml': 'succeeded',
      'stationery/any/overlay': 'succeeded',
    });
    expect([code, logs(jobs).includes('why: ')]).toEqual([0, true]);
    expect(readdirSync(join(tree, 'dev-libs/libquill')).sort()).toEqual([
      'Manifest',
      'libquill-1.9.ebuild',
      'libquill-2.0.ebuild',
    ]);
    for (const path of [
      'eclass/stationery.eclass',
      'app-office/blotter/blotter-1.0.ebuild',
      'metadata/layout.conf',
    ])
      expect(readFileSync(join(tree, path))).toEqual(readFileSync(join(kit, path)));
    expect(statSync(join(tree, 'app-office/blotter/files/blotter')).mode & 0o111).not.toBe(0);
    for (const path of [
      'generators',
      'dev-libs/autogen.yaml',
      'app-office/inkwell/autogen.ts',
      'dev-libs/templates',
    ])
      expect(existsSync(join(tree, path)), path).toBe(false);

    const manifest = readFileSync(join(tree, 'app-office/paper-patterns/Manifest'), 'utf8');
    const sha512 = /SHA512 ([0-9a-f]{128})/.exec(manifest)?.[1] ?? '';
    const shelf = [sha512.slice(0, 2), sha512.slice(2, 4), sha512.slice(4, 6)].join('/');
    expect(existsSync(join(farm, 'fastpull/stores/blos', shelf, `${sha512}.blob`))).toBe(true);
    expect(readFileSync(join(tree, 'app-office/paper-patterns/paper-patterns-2.1.ebuild'), 'utf8')).toContain(
      `https://distfiles.example.org/${shelf}/${sha512} -> paper-patterns-2.1.tar.xz`,
    );
  });

  it('publish nothing when nothing changed, and what changed as a generation that shares the rest', async () => {
    const scene = await Scene.make();
    const { kit, tree } = scene;
    const first = await scene.build();
    expect(first.code, logs(first.jobs)).toBe(0);
    const [visible, asked] = [readlinkSync(tree), scene.upstream.asked.length];
    const again = await scene.build();
    expect([again.code, new Set(again.jobs.map(({ state }) => state))]).toEqual([
      0,
      new Set(['already-built']),
    ]);
    expect([readlinkSync(tree), scene.upstream.asked.length]).toEqual([visible, asked]);

    const inode = (path: string): number => statSync(join(tree, path)).ino;
    const nib = inode('dev-libs/nib/Manifest');
    const template = join(kit, 'app-office/paper-patterns/templates/paper-patterns.tmpl');
    writeFileSync(template, 'EAPI=8\nSRC_URI="{{ src_uri }}"\n');
    const { jobs } = await scene.build();
    expect(jobs.filter(({ state }) => state === 'succeeded').map(({ id }) => id)).toEqual([
      'stationery/any/app-office/paper-patterns',
    ]);
    expect(readlinkSync(tree)).not.toBe(visible);
    expect(inode('dev-libs/nib/Manifest')).toBe(nib);
    const changed = join(tree, 'app-office/paper-patterns/paper-patterns-2.1.ebuild');
    expect(readFileSync(changed, 'utf8')).toMatch(/^EAPI/);

    const repo = async (...words: string[]): Promise<string> => {
      const { code, out, err } = await scene.packmill('repo', ...words);
      expect(code, err).toBe(0);
      return out;
    };
    expect(await repo('show', 'stationery')).toMatch(/^app-office\/paper-patterns 2.1 /m);
    expect((await repo('generations', 'stationery')).match(/^[ *] \d+ /gm)?.[0]).toMatch(/^\*/);
    await repo('rollback', '--repo', 'stationery');
    expect(readlinkSync(tree)).toBe(visible);
    expect(await repo('verify', 'stationery', '--quick')).toContain(': good');
    await repo('remove', 'dev-libs/nib', '--repo', 'stationery');
    expect(existsSync(join(tree, 'dev-libs/nib'))).toBe(false);
    const strange = await scene.packmill('repo', 'remove', 'dev-libs/nib', '--repo', 'stationery');
    expect([strange.code, strange.err.includes('CLI007')]).toEqual([2, true]);
    writeFileSync(join(tree, 'dev-libs/libquill/more'), '');
    rmSync(join(tree, 'app-office/blotter/metadata.xml'));
    const spoilt = await scene.packmill('repo', 'verify', 'stationery');
    expect(spoilt.code).not.toBe(0);
    expect(spoilt.err).toMatch(/PUB036[^\n]*'dev-libs\/libquill\/more' belongs to no package/);
    expect(spoilt.err).toMatch(/PUB036[^\n]*'app-office\/blotter\/metadata.xml' is missing/);
  });

  it('fail alone: the others are published, the tree keeps what it had, the exit code is 1', async () => {
    const scene = await Scene.make();
    const { kit, tree } = scene;
    await scene.build();
    const file = join(kit, 'app-office/inkwell/autogen.ts');
    writeFileSync(file, readFileSync(file, 'utf8').replace('releases.json', 'nothing.json'));
    writeFileSync(join(kit, 'profiles/categories'), 'app-office\ndev-libs\ndev-util\n');
    const { code, jobs } = await scene.build();
    const failed = jobs.find(({ state }) => state === 'failed');
    expect([code, failed?.id, failed?.code]).toEqual([1, 'stationery/any/app-office/inkwell', 'AGN037']);
    expect(states(jobs)['stationery/any/overlay']).toBe('succeeded');
    expect(readdirSync(join(tree, 'app-office/inkwell'))).toContain('inkwell-1.10.ebuild');
    expect(readFileSync(join(tree, 'profiles/categories'), 'utf8')).toContain('dev-util');
  });

  it('are refused for a target that the farm does not have', async () => {
    const scene = await Scene.make();
    const refused = await scene.packmill('build', scene.kit, '--target', 'stationary');
    expect([refused.code, refused.err.includes("the farm has no target 'stationary'")]).toEqual([2, true]);
    const plan = await scene.packmill(
      'plan',
      scene.kit,
      '--target',
      'stationery',
      '--only',
      'dev-libs/stationery-libraries.yaml',
    );
    expect([
      plan.code,
      plan.out.includes('dev-libs/stationery-libraries.yaml'),
      plan.out.includes('inkwell'),
    ]).toEqual([0, true, false]);
  });
});
