import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { blobPathIn } from '../../src/fastpull/index.ts';
import { readTarBytes } from '../../src/formats/archives/index.ts';
import type { Outcome } from '../../src/model/index.ts';
import {
  type CredentialTable,
  createAutogenKind,
  discoverAutogens,
} from '../../src/recipes/autogen/index.ts';
import { openDiskStore } from '../../src/store/index.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An overlay with one autogen, staged, whose step a test plays itself, as an autogen of a stranger might. */
async function staged(credentials: CredentialTable = {}) {
  const top = mkdtempSync(join(tmpdir(), 'packmill-recipes-'));
  folders.push(top);
  const [overlay, work, cache] = [join(top, 'kit'), join(top, 'work'), join(top, 'cache')];
  for (const path of ['metadata', 'app-misc/foo']) mkdirSync(join(overlay, path), { recursive: true });
  for (const path of [work, cache]) mkdirSync(path);
  writeFileSync(join(overlay, 'metadata/layout.conf'), 'masters =\n');
  writeFileSync(join(overlay, 'app-misc/foo/autogen.ts'), '');
  const { recipes } = discoverAutogens([overlay]);
  const recipe = recipes.find(({ name }) => name === 'app-misc/foo');
  if (!recipe) throw new Error('the autogen was not found');
  const store = openDiskStore({ root: join(top, 'store') });
  const kept: string[] = [];
  const kind = createAutogenKind({
    upstreams: {},
    distfilesHost: undefined,
    release: 'next',
    runtime: process.execPath,
    program: [],
    credentials: () => credentials,
    objectPath: (workspace, sha512) => blobPathIn(join(workspace, 'repo_tmp'), sha512),
    keepDistfile: async ({ path }) => {
      kept.push(path);
      return undefined;
    },
  });
  const job = await kind.stage(
    {
      recipe,
      target: 'kit',
      arch: 'any',
      reasons: [],
      work,
      sourceCache: cache,
      dependencies: [],
      repositoryNeeds: [],
      published: [],
      processors: 1,
      epochSeconds: 0,
      notes: { uses: () => undefined, setting: () => undefined },
      say: () => {},
    },
    {
      makeBuilderFolder: async (path) => void mkdirSync(path),
      giveToBuilder: async () => {},
      putFile: (path) => store.putFile(path),
      putBytes: (bytes) => store.putBytes(bytes),
      keepSource: async (path) => ({ ...(await store.putFile(path)), isKept: true }),
    },
  );
  const tree = join(work, 'made');
  mkdirSync(join(tree, 'app-misc/foo'), { recursive: true });
  const report = join(work, 'report', 'report.jsonl');
  const event = { kind: 'package', outcome: 'written', label: 'app-misc/foo-1.0' };
  const line = (ebuild: string): string => `${JSON.stringify({ ...event, ebuilds: [ebuild] })}\n`;
  const end = async (code = 0): Promise<Outcome> => {
    const [step] = job.steps;
    if (!step) throw new Error('there is no step');
    const verdict = job.judge(step, { kind: 'exited', code });
    return verdict === 'continue' ? await job.collect() : verdict;
  };
  return { top, overlay, tree, report, cache, kept, store, line, end, work, kind };
}

const ebuild = 'app-misc/foo/foo-1.0.ebuild';
const failedWith = (what: string) => ({
  kind: 'failed',
  problem: { code: 'AGN037', what: expect.stringContaining(what) },
});

describe('the jobs of an overlay', () => {
  const overlayWith = (files: Readonly<Record<string, string>>): string => {
    const overlay = mkdtempSync(join(tmpdir(), 'packmill-recipes-'));
    folders.push(overlay);
    for (const [path, text] of Object.entries({ 'metadata/layout.conf': 'masters =\n', ...files })) {
      mkdirSync(join(overlay, path, '..'), { recursive: true });
      writeFileSync(join(overlay, path), text);
    }
    return overlay;
  };
  const jobsOf = (...paths: string[]) =>
    discoverAutogens(paths).recipes.map(({ name, details: { file, rule } }) => [name, file, rule]);

  it('are one for each module and each rule of a list, and one for the rest', () => {
    const overlay = overlayWith({
      'app-misc/foo/autogen.js': '',
      'app-misc/foo/autogen.ts': '',
      'app-misc/foo/templates/autogen.ts': '',
      'app-misc/autogen.yaml': 'foo: {}\nCamel case & more:\n  packages: [bar]\n',
    });
    expect(jobsOf(overlay)).toEqual([
      ['overlay', undefined, undefined],
      ['app-misc/foo.yaml', 'app-misc/autogen.yaml', 'foo'],
      ['app-misc/Camel_case___more.yaml', 'app-misc/autogen.yaml', 'Camel case & more'],
      ['app-misc/foo', 'app-misc/foo/autogen.ts', undefined],
    ]);
  });

  it('have the same names whatever part of the overlay is meant', () => {
    const overlay = overlayWith({
      'app-misc/autogen.yaml': 'same: {}\n',
      'app-misc/sub/autogen.yaml': 'same: {}\n',
      'dev-libs/x/autogen.ts': '',
    });
    const whole = jobsOf(overlay);
    expect(whole.map(([name]) => name)).toEqual([
      'overlay',
      'app-misc/same.yaml',
      'app-misc/same.yaml.2',
      'dev-libs/x',
    ]);
    expect(jobsOf(join(overlay, 'app-misc/sub'))).toEqual([whole[0], whole[2]]);
    expect(jobsOf(join(overlay, 'dev-libs/x/autogen.ts'))).toEqual([whole[0], whole[3]]);
  });

  it.each([
    ['no YAML', 'a: [\n'],
    ['no mapping', '- a\n'],
  ])('are one for a list that is %s, which says so when it is run', (_, text) => {
    const overlay = overlayWith({ 'app-misc/autogen.yaml': text });
    expect(jobsOf(overlay)[1]).toEqual(['app-misc/autogen.yaml', 'app-misc/autogen.yaml', undefined]);
  });
});

describe('the results of an autogen', () => {
  it('are the folder of each package without the autogen itself', async () => {
    const { tree, report, line, end, store } = await staged();
    writeFileSync(join(tree, ebuild), 'EAPI=8\n');
    writeFileSync(report, line(ebuild));
    const outcome = await end();
    if (outcome.kind !== 'succeeded') throw new Error(JSON.stringify(outcome));
    const [artifact] = outcome.artifacts;
    expect(artifact).toMatchObject({ name: 'app-misc/foo', version: '1.0', arch: 'any' });
    const bytes = artifact ? await store.readBytes(artifact.object) : new Uint8Array();
    expect([...readTarBytes(bytes, 'package')].map(({ path }) => path)).toEqual([ebuild]);
  });

  it('are refused when the folder of a category leads to files of the machine', async () => {
    const { top, tree, report, line, end } = await staged();
    mkdirSync(join(top, 'secrets', 'foo'), { recursive: true });
    writeFileSync(join(top, 'secrets', 'foo', 'key'), 'secret');
    renameSync(join(tree, 'app-misc'), join(tree, 'moved'));
    symlinkSync(join(top, 'secrets'), join(tree, 'app-misc'));
    writeFileSync(report, line(ebuild));
    expect(await end()).toMatchObject(failedWith('is a link'));
  });

  it('leave out links, and objects that a link leads to', async () => {
    const { top, tree, report, line, end, cache, kept, store } = await staged();
    const sha512 = 'ab'.repeat(64);
    writeFileSync(join(top, 'key'), 'secret');
    writeFileSync(join(tree, ebuild), 'EAPI=8\n');
    writeFileSync(join(tree, 'app-misc/foo/Manifest'), `DIST key 6 BLAKE2B ${sha512} SHA512 ${sha512}\n`);
    symlinkSync(join(top, 'key'), join(tree, 'app-misc/foo/key'));
    mkdirSync(join(cache, 'repo_tmp/stores/blos/ab/ab/ab'), { recursive: true });
    symlinkSync(join(top, 'key'), join(cache, 'repo_tmp/stores/blos/ab/ab/ab', `${sha512}.blob`));
    writeFileSync(report, line(ebuild));
    const outcome = await end();
    if (outcome.kind !== 'succeeded') throw new Error(JSON.stringify(outcome));
    const bytes = await store.readBytes(outcome.artifacts[0]?.object ?? ('' as never));
    expect([...readTarBytes(bytes, 'package')].map(({ path }) => path)).toEqual([
      'app-misc/foo/Manifest',
      ebuild,
    ]);
    expect(kept).toEqual([]);
  });

  it('bring the objects that their Manifests name, and none from outside of their workspace', async () => {
    const { top, tree, report, line, end, cache, kept } = await staged();
    const sha512 = 'ab'.repeat(64);
    const outside = '../'.repeat(7).concat('other');
    const shelf = join(cache, 'repo_tmp/stores/blos/ab/ab/ab');
    mkdirSync(shelf, { recursive: true });
    writeFileSync(join(shelf, `${sha512}.blob`), 'mine');
    writeFileSync(join(top, 'other.blob'), 'secret');
    writeFileSync(join(tree, ebuild), 'EAPI=8\n');
    writeFileSync(
      join(tree, 'app-misc/foo/Manifest'),
      `DIST a 4 SHA512 ${sha512}\nDIST b 6 SHA512 ${outside}\nDIST c 6 SHA512 ${outside.slice(3)}\n`,
    );
    writeFileSync(report, line(ebuild));
    expect((await end()).kind).toBe('succeeded');
    expect(kept).toEqual([join(shelf, `${sha512}.blob`)]);
  });

  it.each([
    'app-misc/../../../etc/x-1.ebuild',
    '../app-misc/foo/foo-1.ebuild',
    'app-misc/foo/bar-1.ebuild',
    '/app-misc/foo-1.ebuild',
  ])('do not count when the report names %s', async (path) => {
    const { report, line, end } = await staged();
    writeFileSync(report, line(path));
    expect(await end()).toMatchObject(failedWith('made no ebuild'));
  });

  it('do not count when the report is a link, or no JSON', async () => {
    const { top, report, line, end } = await staged();
    writeFileSync(join(top, 'elsewhere'), line(ebuild));
    symlinkSync(join(top, 'elsewhere'), report);
    expect(await end()).toMatchObject(failedWith('made no ebuild'));
    rmSync(report);
    writeFileSync(report, '{"kind":"package","ebuilds":\nnull\n[]\n');
    expect(await end()).toMatchObject(failedWith('made no ebuild'));
  });

  it('have what somebody wrote by hand beside them, with the Manifest of the run', async () => {
    const { overlay, tree, report, line, end, store } = await staged();
    mkdirSync(join(overlay, 'app-misc/foo/files'));
    writeFileSync(join(overlay, 'app-misc/foo/foo-0.ebuild'), 'by hand');
    writeFileSync(join(overlay, 'app-misc/foo/files/patch'), 'by hand');
    writeFileSync(join(overlay, 'app-misc/foo/Manifest'), 'old');
    writeFileSync(join(tree, ebuild), 'EAPI=8\n');
    writeFileSync(report, line(ebuild));
    const outcome = await end();
    if (outcome.kind !== 'succeeded') throw new Error(JSON.stringify(outcome));
    const bytes = await store.readBytes(outcome.artifacts[0]?.object ?? ('' as never));
    expect([...readTarBytes(bytes, 'package')].map(({ path }) => path)).toEqual([
      'app-misc/foo/files/patch',
      'app-misc/foo/foo-0.ebuild',
      ebuild,
    ]);
  });

  it('never hold a password or a token, plain or encoded, and no message does', async () => {
    const account = { 'files.example.org': { username: 'me', password: 'p&ss word' } };
    const { tree, report, line, end, work, kind } = await staged(account);
    const given = readFileSync(join(work, 'home/.autogen'), 'utf8');
    expect(JSON.parse(given)).toMatchObject({ authentication: account });
    for (const text of ['p&ss word', 'p%26ss%20word', Buffer.from('me:p&ss word').toString('base64')]) {
      writeFileSync(join(tree, ebuild), `EAPI=8\nSRC_URI="https://${text}"\n`);
      writeFileSync(report, line(ebuild));
      expect(await end(), text).toMatchObject({ kind: 'failed', problem: { code: 'AGN050' } });
      expect(kind.secrets?.()).toContain(text);
    }
    const why = { kind: 'package', outcome: 'failed', label: 'x', problem: { code: 'X', what: 'p&ss word' } };
    writeFileSync(report, `${JSON.stringify(why)}\n`);
    expect(JSON.stringify(await end(1))).toMatch(/x: X \[secret\]/);
  });
});
