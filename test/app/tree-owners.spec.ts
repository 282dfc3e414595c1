// Who made which package of a tree, and when one that nobody makes any more leaves it.
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeDistfile } from '../../src/app/autogen-kind.ts';
import type { Farm } from '../../src/app/farm.ts';
import { Publishing } from '../../src/app/publishing.ts';
import { kindOf } from '../../src/app/recipe-kinds.ts';
import { RecipeSources } from '../../src/app/recipe-sources.ts';
import { AutogenWork } from '../../src/app/service/autogen-work.ts';
import { treeRecipesFor } from '../../src/app/service/tree-recipes-for.ts';
import { knownAutogens, noteAutogens, orphans } from '../../src/app/tree-owners.ts';
import { removeFromTree } from '../../src/app/trees.ts';
import { encodeTarEntry, tarEnd } from '../../src/formats/archives/index.ts';
import type { Artifact } from '../../src/model/index.ts';
import { jobId } from '../../src/primitives/index.ts';
import { artifactOf, planOf, Scene } from '../dispatcher/scene.ts';
import { nobodysGit } from '../git/nobodys-git.ts';
import { writtenFarm } from './written-farm.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-tree-owners-'));
const remote = join(folder, 'remote');
const credentials = join(folder, 'credentials');
let farm: Farm;
let scene: Scene;
let requests = 0;

beforeAll(async () => {
  mkdirSync(remote);
  nobodysGit({ cwd: remote }, 'init', '--quiet', '--initial-branch=main');
  const kit = `{ url: '${remote}', branch: main, kind: autogen, target: things }`;
  const targets = `targets: { things: { kind: ebuild-tree, credentials: ${credentials} } }`;
  farm = await writtenFarm(join(folder, 'farm'), `recipe-sources: { kit: ${kit} }\n${targets}`);
  scene = new Scene({ database: farm.database, clock: farm.clock });
}, 60_000);

afterAll(async () => {
  await farm.close();
  rmSync(folder, { recursive: true, force: true });
});

function commit(files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(remote, path, '..'), { recursive: true });
    writeFileSync(join(remote, path), text);
  }
  nobodysGit({ cwd: remote }, 'add', '--all');
  nobodysGit({ cwd: remote }, 'commit', '--quiet', '--message', 'x');
  return nobodysGit({ cwd: remote }, 'rev-parse', 'HEAD').trim();
}

/** A package with one ebuild, in the store. */
async function made(name: string): Promise<Artifact> {
  const path = `${name}/${name.split('/')[1]}-1.ebuild`;
  const bytes = Buffer.concat([encodeTarEntry({ path, mode: 0o644 }, Buffer.from('EAPI=8\n')), tarEnd]);
  const { digest } = await farm.store.putBytes(bytes);
  const fileName = `${name.replace('/', '+')}-1.tar`;
  return artifactOf(name, { version: '1', arch: 'any', fileName, object: digest, facts: digest });
}

/** Lets a job of a source make packages, and publishes them. */
async function make(source: string, job: string, ...names: string[]): Promise<void> {
  const plan = planOf({ [job]: {} });
  const jobs = plan.jobs.map((one) => ({ ...one, id: jobId({ target: 'things', arch: 'any', name: job }) }));
  requests += 1;
  const nothing = { commit: undefined, pipeline: undefined, archMirror: undefined };
  const origin = { ...nothing, source, request: `made-${requests}`, requestedMs: 0, urgency: 0 };
  await scene.dispatcher.admit({ ...plan, target: 'things', arch: 'any', jobs, origin }, { why: 'test' });
  const { end } = await scene.start();
  await end({ kind: 'succeeded', artifacts: await Promise.all(names.map(made)) });
  await scene.dispatcher.idle();
  await new Publishing(farm, { published: () => {}, refused: () => {} }).drain();
}

const packages = (): string[] => farm.trees.packages('things').map(({ name }) => name);

describe('packages of a tree', () => {
  it('are known by the autogens of the newest commit, whatever older ones are asked for', async () => {
    const module = 'export async function generate() {}\n';
    const first = commit({ 'metadata/layout.conf': 'masters =\n', 'app-misc/pen/autogen.ts': module });
    const sources = new RecipeSources(farm);
    const note = async (id: string | undefined) =>
      await treeRecipesFor({ farm, sources }, 'things', await sources.at('kit', id));
    await note(undefined);
    commit({ 'app-misc/nib/autogen.ts': module });
    await note(undefined);
    const newest = { kit: ['overlay', 'app-misc/nib', 'app-misc/pen'] };
    expect(knownAutogens(farm, 'things')).toEqual(newest);
    expect((await note(first)).names).toEqual(['overlay', 'app-misc/pen']);
    expect(knownAutogens(farm, 'things')).toEqual(newest);
  });

  it('stay when a job of the same name, of another source, makes others', async () => {
    noteAutogens(farm, 'things', { source: 'one', names: ['app-misc/pen'] });
    noteAutogens(farm, 'things', { source: 'two', names: ['app-misc/pen'] });
    await make('one', 'app-misc/pen', 'app-misc/pen');
    await make('two', 'app-misc/pen', 'app-misc/pencil');
    expect(packages()).toEqual(['app-misc/pen', 'app-misc/pencil']);
    await make('two', 'app-misc/pen', 'app-misc/crayon');
    expect(packages()).toEqual(['app-misc/pen', 'app-misc/crayon']);
  });

  it('leave with their autogen, but not while the next jobs are only asked for', async () => {
    await make('three', 'app-misc/gone', 'app-misc/gone');
    noteAutogens(farm, 'things', { source: 'three', names: ['app-misc/new'] });
    expect(orphans(farm, 'things')).toEqual(['app-misc/gone']);
    const body = JSON.stringify({ id: 'request-1', target: 'things', packages: [{ name: 'app-misc/new' }] });
    farm.database.requests.add({ id: 'request-1', kind: 'schedule', body, receivedMs: 0 });
    expect(orphans(farm, 'things')).toEqual([]);
    farm.database.requests.answer('request-1', '{}');
    expect(orphans(farm, 'things')).toEqual(['app-misc/gone']);
  });
});

describe('a package that somebody takes out', () => {
  it('is made anew by the next run, though its removal is broken off', async () => {
    await make('four', 'app-misc/left', 'app-misc/left');
    await make('four', 'app-misc/out', 'app-misc/out');
    const id = jobId({ target: 'things', arch: 'any', name: 'app-misc/out' });
    expect(farm.database.inventory.get(id)?.success).toBeDefined();
    const other = join(farm.trees.list()[0]?.path ?? '', 'app-misc/left/left-1.ebuild');
    renameSync(other, `${other}.gone`);
    await expect(removeFromTree(farm, 'things', ['app-misc/out'])).rejects.toThrow('SYS004');
    expect(farm.database.inventory.get(id)?.success).toBeUndefined();
    renameSync(`${other}.gone`, other);
    expect(packages()).toContain('app-misc/out');
    expect((await removeFromTree(farm, 'things', ['app-misc/out'])).removed).toEqual(['app-misc/out']);
    expect(packages()).not.toContain('app-misc/out');
  });
});

describe('a distfile of a job', () => {
  it('is taken over whatever the settings of the user say', async () => {
    const home = process.env['HOME'];
    writeFileSync(join(folder, '.autogen'), 'authentication: 7\n', { mode: 0o600 });
    writeFileSync(join(folder, 'distfile'), 'bytes');
    try {
      process.env['HOME'] = folder;
      expect(await takeDistfile(farm, join(folder, 'distfile'))).toMatch(/^[0-9a-f]{128}$/);
    } finally {
      process.env['HOME'] = home;
    }
  });
});

describe('the credentials of an attempt', () => {
  const write = (password: string): void => {
    writeFileSync(credentials, `authentication: { a.example: { username: me, password: ${password} } }\n`);
    chmodSync(credentials, 0o600);
  };

  it('are those that its log leaves out, though the file changes, appears or goes', async () => {
    const early = await kindOf(farm, 'things');
    expect(() => early.secrets?.()).toThrow('CFG010');
    write('first-password');
    expect(() => early.secrets?.()).toThrow('CFG010');
    const kind = await kindOf(farm, 'things');
    expect(kind.secrets?.()).toContain('first-password');
    write('second-password');
    expect(kind.secrets?.()).toContain('first-password');
    expect((await kindOf(farm, 'things')).secrets?.()).toContain('second-password');
  });
});

describe('a run of a source of autogens', () => {
  it('counts for its commit only when it left nothing out that is under way', async () => {
    const commit = nobodysGit({ cwd: remote }, 'rev-parse', 'HEAD').trim();
    const asked: string[][] = [];
    const work = new AutogenWork({
      ...{ farm, source: 'kit', target: 'things', sources: new RecipeSources(farm) },
      schedule: async ({ id, packages }) => {
        asked.push(packages.map(({ name }) => name));
        return { id, accepted: [], refused: [] };
      },
    });
    expect((await work.perform({ kind: 'on-schedule', by: 'timer' })).head).toBe(commit);
    const plan = planOf({ pen: {} });
    const id = jobId({ target: 'things', arch: 'any', name: 'app-misc/pen' });
    const jobs = plan.jobs.map((one) => ({ ...one, id, name: 'app-misc/pen' }));
    await scene.dispatcher.admit({ ...plan, target: 'things', arch: 'any', jobs }, { why: 'test' });
    expect((await work.perform({ kind: 'on-schedule', by: 'timer' })).head).toBeUndefined();
    expect((await work.perform({ kind: 'on-commit', by: 'push' })).head).toBe(commit);
    const all = ['overlay', 'app-misc/nib', 'app-misc/pen'];
    expect(asked).toEqual([all, ['overlay', 'app-misc/nib'], all]);
  });
});
