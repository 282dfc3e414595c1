import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkspace } from '../../src/app/fastpull/index.ts';
import { collectStore, initFarm, openFarm } from '../../src/app/index.ts';
import {
  type Blob,
  checkStores,
  collectBlos,
  importStores,
  openFastpull,
  quarantineObject,
  storedDigests,
} from '../../src/fastpull/index.ts';
import { makeWorkspace, type Opened } from './opened.ts';

let workspace: Opened;
let fastpull: ReturnType<typeof openFastpull>;
beforeEach(() => {
  workspace = makeWorkspace();
  fastpull = workspace.open();
});
afterEach(() => workspace.close());

async function blobOf(text: string): Promise<Blob> {
  const path = join(workspace.root, 'source');
  writeFileSync(path, text);
  return await fastpull.blos.insertFile(path);
}

/** Changes one byte and leaves size and times as they were, as a bad disk does. */
function flipByte(path: string): void {
  const { atime, mtime } = statSync(path);
  const bytes = readFileSync(path);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
  chmodSync(path, 0o444);
  utimesSync(path, atime, mtime);
}

const objects = (): string => join(workspace.root, 'stores/objects/objects');
const objectPath = ({ sha256 }: Blob): string => join(objects(), sha256.slice(0, 2), sha256.slice(2));

describe('the check of the stores', () => {
  it('68: reports a blob that is gone and a byte that is flipped; repair makes room for the next download', async () => {
    const server = await workspace.serve((request, response) => response.end(`body of ${request.url}`));
    const urls = ['gone', 'flipped', 'good'].map((name) => `${server.url}/${name}.bin`);
    const [gone, flipped, good] = await Promise.all(
      urls.map(async (url) => (await fastpull.download({ url })).blob),
    );
    if (!gone || !flipped || !good) throw new Error('three blobs are needed');
    unlinkSync(gone.path);
    unlinkSync(objectPath(gone));
    flipByte(flipped.path);
    const { parts } = fastpull;
    expect((await checkStores(parts)).troubles.map(({ kind }) => kind)).toEqual(['no-blob']);
    const found = await checkStores(parts, { full: true });
    expect(found).toMatchObject({ records: 3, objects: 3 });
    const kinds = Object.fromEntries(found.troubles.map((one) => [one.sha512, [one.kind, one.wantedBy]]));
    expect(kinds).toEqual({ [gone.sha512]: ['no-blob', urls[0]], [flipped.sha512]: ['damaged', urls[1]] });
    const repaired = await checkStores(parts, { full: true, repair: true });
    expect(repaired.troubles.map(({ repair }) => repair)).toEqual(['quarantined', 'quarantined']);
    expect(
      readdirSync(join(workspace.root, 'stores/.quarantine')).some((name) => name.endsWith('.blob')),
    ).toBe(true);
    expect(existsSync(objectPath(flipped))).toBe(false);
    const later = workspace.open();
    for (const url of urls) await later.download({ url });
    expect(server.requests).toHaveLength(5);
    expect((await checkStores(parts, { full: true })).troubles).toEqual([]);
    expect(readFileSync(flipped.path, 'utf8')).toBe('body of /flipped.bin');
  });
  it('finds every single flipped byte', async () => {
    const blob = await blobOf('sixteen letters.');
    for (let at = 0; at < blob.sizeBytes; at += 1) {
      const bytes = readFileSync(blob.path);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      chmodSync(blob.path, 0o644);
      writeFileSync(blob.path, bytes);
      expect((await checkStores(fastpull.parts, { full: true })).troubles).toHaveLength(1);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(blob.path, bytes);
    }
    expect((await checkStores(fastpull.parts, { full: true })).troubles).toEqual([]);
  });
  it('gives a blob back that the store still has', async () => {
    const blob = await blobOf('HELLO');
    unlinkSync(blob.path);
    const { troubles } = await checkStores(fastpull.parts, { repair: true });
    expect(troubles).toMatchObject([{ kind: 'no-blob', repair: 'restored' }]);
    expect(readFileSync(blob.path, 'utf8')).toBe('HELLO');
  });
  it('takes nothing else for an object', async () => {
    const path = join(workspace.root, 'other');
    writeFileSync(path, 'HELLO');
    for (const name of ['/./././../../other', path, '', 'ab'.repeat(63)])
      expect(await quarantineObject(fastpull.parts, name)).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('HELLO');
  });
  it('reports bytes without a record, records that are none, and records that name nothing', async () => {
    const [orphan, broken, lost] = [await blobOf('one'), await blobOf('two'), await blobOf('three')];
    await fastpull.dynamic().put({ finalName: 'x.tar.xz' }, lost);
    unlinkSync(orphan.path.slice(0, -'.blob'.length));
    writeFileSync(broken.path.slice(0, -'.blob'.length), '{"hashes"');
    unlinkSync(lost.path.slice(0, -'.blob'.length));
    unlinkSync(lost.path);
    const { troubles } = await checkStores(fastpull.parts);
    expect(troubles.map(({ kind }) => kind).sort()).toEqual(['lost', 'no-record', 'unreadable']);
    expect(troubles.find(({ kind }) => kind === 'lost')?.wantedBy).toMatch(/^dynamic\/local\/[0-9a-f]{128}$/);
  });
});

describe('the collection', () => {
  it('removes old objects that no record names, and no others', async () => {
    const [wanted, archive, orphan] = [await blobOf('one'), await blobOf('two'), await blobOf('three')];
    await fastpull.integrity('other').put('https://example.com/one', wanted);
    await fastpull.dynamic().put({ finalName: 'x.tar.xz' }, archive);
    workspace.clock.advance(Date.now() - workspace.clock.nowMs() + 10 * 24 * 3_600_000);
    expect((await collectBlos(fastpull.parts, { keepDays: 30 })).removed).toEqual([]);
    expect((await collectBlos(fastpull.parts, { keepDays: 5, dryRun: true })).removed).toEqual([
      orphan.sha512,
    ]);
    expect(fastpull.blos.find(orphan.sha512)).toBeDefined();
    const report = await collectBlos(fastpull.parts, { keepDays: 5 });
    expect(report).toEqual({ kept: 2, removed: [orphan.sha512], removedBytes: 5 });
    expect([...fastpull.blos.list()].sort()).toEqual([wanted.sha512, archive.sha512].sort());
    expect((await checkStores(fastpull.parts, { full: true })).troubles).toEqual([]);
  });
  it('of a farm leaves the objects of downloads and archives alone', { timeout: 60_000 }, async () => {
    const root = join(workspace.root, 'farm');
    await initFarm({
      folder: root,
      repository: 'farm',
      arch: 'x86_64',
      gnupgHome: undefined,
      key: undefined,
    });
    const inFarm = openWorkspace({ farmFolder: root, onProblem: () => {} });
    const path = join(workspace.root, 'source');
    writeFileSync(path, 'HELLO');
    const blob = await inFarm.blos.insertFile(path);
    expect(statSync(join(root, 'store/objects', blob.sha256.slice(0, 2), blob.sha256.slice(2))).ino).toBe(
      statSync(blob.path).ino,
    );
    expect(blob.path.startsWith(join(root, 'fastpull/stores/blos/'))).toBe(true);
    expect([...storedDigests(inFarm.parts)]).toEqual([blob.sha256]);
    await inFarm.close();
    const farm = await openFarm(root, 'write');
    expect(await collectStore(farm)).toMatchObject({ condemned: 0, kept: 1 });
    await farm.close();
  });
});

describe('an import', () => {
  it('takes what is sound of another workspace, and says what is not', async () => {
    const other = makeWorkspace();
    const source = other.open();
    const files = ['one', 'two', 'three'].map((text) => {
      const path = join(other.root, text);
      writeFileSync(path, text);
      return path;
    });
    const [one, two, three] = await Promise.all(files.map((path) => source.blos.insertFile(path)));
    if (!one || !two || !three) throw new Error('three blobs are needed');
    await source.integrity('funtoo').put('https://example.com/one', one);
    await source.dynamic().put({ key: { v: 1 }, finalName: 'x.tar.xz' }, two, { a: 1.5 });
    flipByte(three.path);
    const incoming = fastpull.temporaryFolder('import');
    const report = await importStores(fastpull.parts, join(other.root, 'stores'), incoming);
    expect(report).toMatchObject({ objects: 2, records: 2, refused: [{ name: three.sha512 }] });
    expect(fastpull.integrity('funtoo').find('https://example.com/one')?.blob?.sizeBytes).toBe(3);
    const found = fastpull.dynamic().find({ key: { v: 1 }, finalName: 'x.tar.xz' });
    expect(readFileSync(found?.blob.path ?? '', 'utf8')).toBe('two');
    expect(statSync(found?.blob.path ?? '').ino).not.toBe(statSync(two.path).ino);
    expect(await importStores(fastpull.parts, join(other.root, 'stores'), incoming)).toMatchObject({
      objects: 0,
      records: 0,
    });
    await other.close();
  });
  it('is not needed for a workspace of the original: it is used as it lies there', async () => {
    const blob = await blobOf('HELLO');
    await fastpull.integrity().put('https://example.com/a', blob);
    const copy = join(workspace.root, 'copy');
    mkdirSync(copy);
    for (const name of ['blos', 'integrity'])
      cpSync(join(workspace.root, 'stores', name), join(copy, 'stores', name), { recursive: true });
    const opened = workspace.open({ root: copy });
    expect(opened.integrity().find('https://example.com/a')?.blob?.sha512).toBe(blob.sha512);
    await opened.blos.verify(opened.blos.find(blob.sha512) as Blob);
  });
});

describe('the commands', () => {
  const packmill = (...args: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, '../../bin/launcher.mjs'), ...args], {
      encoding: 'utf8',
      cwd: workspace.root,
      env: { PATH: process.env['PATH'], HOME: workspace.root },
    });

  it('68: add files, check them, collect and forget them, with exit codes that tell', {
    timeout: 60_000,
  }, async () => {
    const path = join(workspace.root, 'file');
    writeFileSync(path, 'HELLO');
    const added = packmill('blos', 'add', path);
    expect(added).toMatchObject({ status: 0, stdout: expect.stringMatching(/^33df2dcc[0-9a-f]{120}\n$/) });
    const sha512 = added.stdout.trim();
    expect(packmill('store', 'fsck', '--full')).toMatchObject({
      status: 0,
      stdout: '0 records and 1 objects, 0 wrong\n',
    });
    flipByte(join(workspace.root, 'repo_tmp/stores/blos/33/df/2d', `${sha512}.blob`));
    // the word of the documents, and those that people know from elsewhere
    for (const word of ['check', 'fsck']) expect(packmill('blos', word, '--full').status).toBe(1);
    const checked = packmill('blos', 'verify', '--full');
    expect(checked.status).toBe(1);
    expect(checked.stdout).toContain('damaged 33df2dcc31d35e7b: its sha512 is');
    expect(packmill('blos', 'quarantine', sha512).status).toBe(0);
    expect(packmill('blos', 'quarantine', sha512)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('FPL018'),
    });
    expect(packmill('blos', 'check', '--full').status).toBe(0);
    expect(packmill('store', 'forget', 'https://example.com/a').status).toBe(2);
    expect(JSON.parse(packmill('--json', 'store', 'gc').stdout)).toEqual({
      kept: 0,
      removed: [],
      removedBytes: 0,
    });
  });
  it('of the store work on the objects of a farm and on those of its downloads alike', {
    timeout: 60_000,
  }, () => {
    expect(packmill('--farm', 'farm', 'init').status).toBe(0);
    const sha512 = packmill('--farm', 'farm', 'blos', 'add', 'farm/packmill.yaml').stdout.trim();
    expect(packmill('--farm', 'farm', 'store', 'verify').stdout).toBe(
      'every object is good\n0 records and 1 objects, 0 wrong\n',
    );
    const collected = JSON.parse(
      packmill('--farm', 'farm', '--json', 'store', 'gc', '--keep-days', '1').stdout,
    );
    expect(collected).toMatchObject({ kept: 1, removed: [], objects: { removed: 0, kept: 1 } });
    const [blob = ''] = readdirSync(join(workspace.root, 'farm'), {
      recursive: true,
      encoding: 'utf8',
    }).filter((path) => path.endsWith(`${sha512}.blob`));
    flipByte(join(workspace.root, 'farm', blob));
    // one of the two is a link of the other: both are told
    expect(packmill('--farm', 'farm', 'store', 'fsck', '--full')).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^damaged, in quarantine:[\s\S]*damaged /),
    });
  });
  it('warn of credentials that others can read, and refuse those that are none', { timeout: 60_000 }, () => {
    const path = join(workspace.root, '.autogen');
    writeFileSync(path, 'authentication: { example.org: { username: me, password: hidden } }\n');
    chmodSync(path, 0o644);
    const warned = packmill('dynamic', 'ls');
    expect(warned).toMatchObject({ status: 0, stderr: expect.stringContaining('CFG009') });
    chmodSync(path, 0o600);
    expect(packmill('dynamic', 'ls').stderr).toBe('');
    for (const text of [
      'authentication: [hidden]',
      'authentication: { h: { password: [hidden] } }',
      'a: "hidden',
    ]) {
      writeFileSync(path, text);
      const refused = packmill('dynamic', 'ls');
      expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('CFG010') });
      expect(refused.stderr).not.toContain('hidden');
    }
  });
  it('show and forget archives', { timeout: 60_000 }, async () => {
    const home = openFastpull({ root: join(workspace.root, 'repo_tmp'), distfilesHost: undefined });
    const path = join(workspace.root, 'file');
    writeFileSync(path, 'HELLO');
    const key = { gosum: 'abcdef0123456789' };
    await home
      .dynamic()
      .put({ key, finalName: 'foobar-go-modules-1.2.3.tar.xz' }, await home.blos.insertFile(path));
    expect(() => home.addressOf('ab'.repeat(64))).toThrow('FPL017');
    await home.close();
    expect(packmill('dynamic', 'ls').stdout).toMatch(
      /^13d7c90ed55ea43e {2}local {2}5 B {2}foobar-go-modules-1.2.3.tar.xz\n$/,
    );
    expect(packmill('dynamic', 'show', '13d7c9').stdout).toContain('"gosum": "abcdef0123456789"');
    expect(packmill('dynamic', 'rm', '13d7c9').status).toBe(0);
    expect(packmill('dynamic', 'show', '13d7c9').status).toBe(2);
  });
});
