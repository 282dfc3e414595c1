import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fastpull } from '../../src/fastpull/index.ts';
import { makeWorkspace, type Opened } from './opened.ts';

const hello = {
  sha512:
    '33df2dcc31d35e7bc2568bebf5d73a1e43a0e624b651ba5ef3157bbfb728446674a231b8b6e97fa1e570c3b1de6d6c677541b262ac22afda5878fa2b591c7f08',
  sha256: '3733cd977ff8eb18',
  blake2b: 'd2ccded8666a9d73',
};

describe('the stores', () => {
  let workspace: Opened;
  let fastpull: Fastpull;
  beforeEach(() => {
    workspace = makeWorkspace();
    fastpull = workspace.open();
  });
  afterEach(() => workspace.close());

  const write = (name: string, text: string): string => {
    const path = join(workspace.root, name);
    writeFileSync(path, text);
    return path;
  };
  const stored = (...parts: string[]): string => join(workspace.root, 'stores', ...parts);
  const everyFile = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const blobOf = async (text: string) => fastpull.blos.insertFile(write('source', text));

  it('2: file an archive where other programs look for it', async () => {
    const key = { gosum: 'abcdef0123456789' };
    const place = { key, finalName: 'foobar-go-modules-1.2.3.tar.xz' };
    const index =
      '13d7c90ed55ea43ee3bbee602ee3e9d65d2c88677123aed5d3567526db6c33be55629aa9c08489313a2ed4975ab9cb9879db710109708dc35c8c11b338f81d34';
    expect(fastpull.dynamic().indexOf(place)).toBe(index);
    await fastpull.dynamic().put(place, await blobOf('HELLO'));
    expect(existsSync(stored('dynamic/local/13/d7/c9', index))).toBe(true);
  });
  it('10: find an address by the index that other programs use', async () => {
    const url = 'https://example.com/foo-1.2.3.tar.gz';
    expect(fastpull.integrity().indexOf(url)).toMatch(/^2733d42af57baa6d46541c26f8df711c/);
    await fastpull.integrity().put(url, await blobOf('HELLO'));
    expect(fastpull.integrity().find(url)?.blob?.sizeBytes).toBe(5);
    expect(fastpull.integrity('other').find(url)).toBeUndefined();
    expect(await fastpull.integrity().forget(url)).toBe(true);
    expect(fastpull.integrity().find(url)).toBeUndefined();
  });
  it('12: keep record and bytes of an object, the bytes read-only and one more name of an object of the store', async () => {
    const blob = await blobOf('HELLO');
    expect(blob.sha512).toBe(hello.sha512);
    const record = readFileSync(stored('blos/33/df/2d', hello.sha512), 'utf8');
    expect(record).toMatch(
      new RegExp(
        `^{"hashes": {"blake2b": "${hello.blake2b}[0-9a-f]{112}", "sha256": "${hello.sha256}[0-9a-f]{48}", ` +
          `"sha512": "${hello.sha512}", "size": {"\\$numberInt": "5"}}}$`,
      ),
    );
    const path = stored('blos/33/df/2d', `${hello.sha512}.blob`);
    expect(blob.path).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe('HELLO');
    expect(statSync(path).mode & 0o777).toBe(0o444);
    const object = stored('objects/objects', blob.sha256.slice(0, 2), blob.sha256.slice(2));
    expect(statSync(object).ino).toBe(statSync(path).ino);
  });
  it('13: take the same file twenty times at once as one object', async () => {
    const source = write('source', 'HELLO');
    const second = workspace.open();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, at) => (at % 2 ? second : fastpull).blos.insertFile(source)),
    );
    expect(new Set(all.map(({ path }) => path)).size).toBe(1);
    expect([...fastpull.blos.list()]).toEqual([hello.sha512]);
    expect(everyFile(stored('blos'))).toHaveLength(2);
  });
  it('14: hold no half object when a process is killed between bytes and record, and the next insert succeeds', async () => {
    const source = write('source', 'HELLO');
    const child = spawn(process.execPath, [
      fileURLToPath(new URL('./killed-insert-child.ts', import.meta.url)),
      workspace.root,
      source,
    ]);
    expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
    expect(existsSync(stored('blos/33/df/2d', `${hello.sha512}.blob`))).toBe(true);
    expect(existsSync(stored('blos/33/df/2d', hello.sha512))).toBe(false);
    expect(fastpull.blos.find(hello.sha512)).toBeUndefined();
    expect((await fastpull.blos.insertFile(source)).sha512).toBe(hello.sha512);
    expect(fastpull.blos.find(hello.sha512)?.sizeBytes).toBe(5);
  });
  it('show a record to everybody before it is durable, and make all of them durable when they are settled', async () => {
    const blob = await blobOf('HELLO');
    expect(workspace.open().blos.find(blob.sha512)?.sizeBytes).toBe(5);
    for (let at = 0; at < 40; at += 1) await fastpull.integrity().put(`https://a.example/${at}`, blob);
    expect(workspace.open().integrity().find('https://a.example/39')?.sha512).toBe(blob.sha512);
    await fastpull.integrity().forget('https://a.example/0');
    // what is gone by then keeps nobody
    await fastpull.settle();
    await fastpull.settle();
    expect([...fastpull.integrity().list()]).toHaveLength(39);
  });
  it('15: count a record that is cut off as missing, and say so once', async () => {
    const blob = await blobOf('HELLO');
    truncateSync(stored('blos/33/df/2d', hello.sha512), 10);
    expect(fastpull.blos.find(blob.sha512)).toBeUndefined();
    expect(fastpull.blos.find(blob.sha512)).toBeUndefined();
    expect(workspace.problems.map(({ code }) => code)).toEqual(['FPL001']);
    await blobOf('HELLO');
    expect(fastpull.blos.find(blob.sha512)).toBeDefined();
  });
  it('16: keep an object as it was when the file that it came from changes', async () => {
    const source = write('source', 'HELLO');
    const copied = await fastpull.blos.insertFile(source);
    writeFileSync(source, 'JELLO');
    expect(readFileSync(copied.path, 'utf8')).toBe('HELLO');
    const other = write('other', 'WORLD');
    linkSync(other, join(workspace.root, 'second name'));
    const moved = await fastpull.blos.insertFile(other, { move: true });
    writeFileSync(join(workspace.root, 'second name'), 'CHANGED');
    expect(readFileSync(moved.path, 'utf8')).toBe('WORLD');
    expect(existsSync(other)).toBe(false);
  });
  it('19: find nothing under another key or another name', async () => {
    const finalName = 'bar-1.0.tar.xz';
    await fastpull.dynamic().put({ key: { gosum: 'a' }, finalName }, await blobOf('HELLO'));
    const find = (key: Parameters<ReturnType<Fastpull['dynamic']>['find']>[0]) =>
      fastpull.dynamic().find(key);
    expect(find({ key: { gosum: 'a' }, finalName })).toBeDefined();
    expect(find({ key: { gosum: 'a', extra: 1 }, finalName })).toBeUndefined();
    expect(find({ key: {}, finalName })).toBeUndefined();
    expect(find({ finalName })).toBeUndefined();
    expect(find({ key: { gosum: 'a' }, finalName: 'bar-1.1.tar.xz' })).toBeUndefined();
    expect(find({ key: { gosum: 'a' } })).toBeUndefined();
    expect(fastpull.dynamic('other').find({ key: { gosum: 'a' }, finalName })).toBeUndefined();
  });
  it('9, 20: refuse a key that is none and store nothing, and never change the key of the caller', async () => {
    const blob = await blobOf('HELLO');
    const bad = { key: { a: { f: (() => 1) as never } } };
    await expect(fastpull.dynamic().put(bad, blob)).rejects.toThrow(
      "'key.a.f' is a value of the type 'function'",
    );
    expect([...fastpull.dynamic().list()]).toEqual([]);
    const key = Object.freeze({ gosum: 'a' });
    const metadata = Object.freeze({ note: 'b' });
    await fastpull.dynamic().put({ key, finalName: 'x.tar.xz' }, blob, metadata);
    fastpull.dynamic().find({ key, finalName: 'x.tar.xz' });
    expect({ key, metadata }).toEqual({ key: { gosum: 'a' }, metadata: { note: 'b' } });
  });
  it('29: give an archive back with its metadata, and with the time when it was made', async () => {
    const metadata = { final_name: 'x.tar.xz', size: 5n, tags: ['a', 'b'] };
    await fastpull.dynamic().put({ key: { v: 1 } }, await blobOf('HELLO'), metadata);
    const found = fastpull.dynamic().find({ key: { v: 1 } });
    expect(found?.metadata).toEqual({ ...metadata, created_on: new Date(workspace.clock.nowMs()) });
    expect(fastpull.dynamic().find({ key: { v: 1 }, finalName: 'x.tar.xz' })).toBeUndefined();
  });
  it('say that nothing is found when the blob is gone or has another size', async () => {
    const blob = await blobOf('HELLO');
    await fastpull.dynamic().put({ finalName: 'x.tar.xz' }, blob);
    chmodSync(blob.path, 0o644);
    truncateSync(blob.path, 3);
    expect(fastpull.dynamic().find({ finalName: 'x.tar.xz' })).toBeUndefined();
    unlinkSync(blob.path);
    expect(fastpull.dynamic().find({ finalName: 'x.tar.xz' })).toBeUndefined();
    expect([...fastpull.dynamic().list()]).toHaveLength(1);
  });
  it('replace damaged bytes when the same file is inserted again', async () => {
    const blob = await blobOf('HELLO');
    chmodSync(blob.path, 0o644);
    writeFileSync(blob.path, 'JELLO');
    await expect(fastpull.blos.verify(blob)).rejects.toThrow('FPL002');
    unlinkSync(blob.path);
    writeFileSync(blob.path, 'JELLO');
    workspace.clock.advance(120_000);
    await blobOf('HELLO');
    expect(readFileSync(blob.path, 'utf8')).toBe('HELLO');
    await fastpull.blos.verify(blob);
  });
  it('write down who used what, the newest of each package, once a day', async () => {
    const url = 'https://example.com/a.tar.gz';
    await fastpull.integrity().put(url, await blobOf('HELLO'));
    const use = { autogenId: 'kit/curated:app/foo', catpkg: 'app/foo', finalName: 'a.tar.gz' };
    await fastpull.integrity().noteUse(url, use);
    const first = readFileSync(everyFile(stored('integrity'))[0] ?? '', 'utf8');
    await fastpull.integrity().noteUse(url, use);
    expect(readFileSync(everyFile(stored('integrity'))[0] ?? '', 'utf8')).toBe(first);
    workspace.clock.advance(25 * 3_600_000);
    await fastpull.integrity().noteUse(url, { ...use, catpkg: 'app/bar' });
    await fastpull.integrity().noteUse(url, use);
    const uses = fastpull.integrity().find(url)?.uses ?? [];
    expect(uses.map(({ catpkg }) => catpkg)).toEqual(['app/foo', 'app/bar']);
    await fastpull.integrity().put(url, await blobOf('WORLD'));
    expect(fastpull.integrity().find(url)?.uses).toHaveLength(2);
  });
  it('keep their ledgers', async () => {
    const entry = { path: '/x/a.ebuild', sha512: 'ab', autogenId: 'a', writtenOn: new Date(5) };
    await fastpull.ledger('generated').note(entry);
    expect(fastpull.ledger('generated').find('/x/a.ebuild')).toEqual(entry);
    expect(fastpull.ledger('distdir').find('/x/a.ebuild')).toBeUndefined();
    expect([...fastpull.ledger('generated').list()]).toEqual([entry]);
    expect(await fastpull.ledger('generated').forget('/x/a.ebuild')).toBe(true);
  });
  it('refuse a scope that would lead out of them', () => {
    expect(() => fastpull.integrity('../blos')).toThrow('FPL016');
    expect(() => fastpull.dynamic('')).toThrow('FPL016');
  });
  it('sweep temporary folders of runs that are long gone, and remove their own', async () => {
    mkdirSync(join(workspace.root, 'tmp/run-999999999-abcdef/spider'), { recursive: true });
    workspace.clock.advance(Date.now() - workspace.clock.nowMs() + 25 * 3_600_000);
    const later = workspace.open();
    await expect.poll(() => existsSync(join(workspace.root, 'tmp/run-999999999-abcdef'))).toBe(false);
    const folder = later.temporaryFolder('archive_work');
    expect(later.temporaryFolder('archive_work')).not.toBe(folder);
    await later.close();
    expect(existsSync(folder)).toBe(false);
  });
});
