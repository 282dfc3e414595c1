import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestBytes, VirtualClock } from '../host/index.ts';
import type { Digest } from '../primitives/index.ts';
import { type ObjectStore, openDiskStore, openMemoryStore } from './index.ts';

const hour = 60 * 60 * 1000;

const collect = async (store: ObjectStore): Promise<readonly Digest[]> => {
  const all: Digest[] = [];
  for await (const { digest } of store.list()) all.push(digest);
  return all;
};

describe('what every store promises', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const onDisk = (clock: VirtualClock): ObjectStore => {
    const root = mkdtempSync(join(tmpdir(), 'store-'));
    folders.push(root);
    return openDiskStore({ root, clock });
  };
  const kinds = [
    ['on disk', onDisk],
    ['in memory', (clock: VirtualClock) => openMemoryStore(clock)],
  ] as const;

  for (const [kind, open] of kinds) {
    it(`${kind}: names bytes by their hash and gives them back`, async () => {
      const store = open(new VirtualClock());
      const { digest, sizeBytes } = await store.putBytes(Buffer.from('hello'));
      expect(digest).toBe(digestBytes('hello'));
      expect(sizeBytes).toBe(5);
      expect(await store.has(digest)).toBe(true);
      expect(Buffer.from(await store.readBytes(digest)).toString()).toBe('hello');
      expect(await store.putBytes(Buffer.from('hello'))).toEqual({ digest, sizeBytes });
      expect(await collect(store)).toEqual([digest]);
      expect(await store.has(digestBytes('other'))).toBe(false);
      await expect(store.readBytes(digestBytes('other'))).rejects.toThrow('STO001');
      await expect(store.path(digestBytes('other'))).rejects.toThrow('STO001');
    });

    it(`${kind}: condemns first, removes after the grace, and keeps what is referenced or put again`, async () => {
      const clock = new VirtualClock();
      const store = open(clock);
      const names = ['kept', 'gone', 'again', 'late'];
      const digests = new Map<string, Digest>();
      for (const name of names) digests.set(name, (await store.putBytes(Buffer.from(name))).digest);
      const only = (...kept: string[]) => {
        const set = new Set(kept.map((name) => digests.get(name)));
        return (digest: Digest): boolean => set.has(digest);
      };
      expect(await store.collect(only('kept'), hour)).toEqual({
        condemned: 3,
        removed: 0,
        removedBytes: 0,
        kept: 4,
      });
      await clock.advance(hour / 2);
      expect((await store.collect(only('kept'), hour)).removed).toBe(0);
      await store.putBytes(Buffer.from('again'));
      await clock.advance(hour);
      const report = await store.collect(only('kept', 'late'), hour);
      expect(report).toEqual({ condemned: 1, removed: 1, removedBytes: 4, kept: 3 });
      expect(await store.has(digests.get('gone') as Digest)).toBe(false);
      expect(await store.has(digests.get('again') as Digest)).toBe(true);
      expect(await store.has(digests.get('late') as Digest)).toBe(true);
      // A reference that came and went starts the grace anew.
      await clock.advance(1);
      expect((await store.collect(only('kept'), hour)).condemned).toBe(1);
    });
  }
});

describe('a store on disk', () => {
  let root: string;
  let clock: VirtualClock;
  let store: ObjectStore;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'store-'));
    clock = new VirtualClock();
    store = openDiskStore({ root: join(root, 'store'), clock });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const objectPath = (digest: Digest): string =>
    join(root, 'store', 'objects', digest.slice(0, 2), digest.slice(2));
  const incoming = (): readonly string[] => readdirSync(join(root, 'store', 'incoming'));

  /** Changes one byte and leaves size and times as they were, as a bad disk does. */
  const flipByte = (digest: Digest): void => {
    const path = objectPath(digest);
    const { atime, mtime } = statSync(path);
    const bytes = readFileSync(path);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    chmodSync(path, 0o644);
    writeFileSync(path, bytes);
    chmodSync(path, 0o444);
    utimesSync(path, atime, mtime);
  };

  it('copies files in, read-only, and leaves nothing behind in incoming', async () => {
    const file = join(root, 'file');
    writeFileSync(file, Buffer.alloc(3_000_000, 7));
    const { digest, sizeBytes } = await store.putFile(file);
    expect(sizeBytes).toBe(3_000_000);
    expect(await store.path(digest)).toBe(objectPath(digest));
    expect(statSync(objectPath(digest)).mode & 0o777).toBe(0o444);
    expect(existsSync(file)).toBe(true);
    expect(incoming()).toEqual([]);
  });

  it('moves a file without copying it, unless the file has another name through which it could change', async () => {
    const file = join(root, 'file');
    writeFileSync(file, 'to move');
    const { ino } = statSync(file);
    const { digest } = await store.putFile(file, { move: true });
    expect(statSync(objectPath(digest)).ino).toBe(ino);
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, 'with two names');
    linkSync(file, join(root, 'second'));
    const other = await store.putFile(file, { move: true });
    writeFileSync(join(root, 'second'), 'changed later!');
    expect(Buffer.from(await store.readBytes(other.digest)).toString()).toBe('with two names');
  });

  it('refuses links, folders and what is not there', async () => {
    symlinkSync('/etc/passwd', join(root, 'link'));
    mkdirSync(join(root, 'folder'));
    for (const name of ['link', 'folder', 'absent']) {
      await expect(store.putFile(join(root, name))).rejects.toThrow('STO003');
    }
  });

  it('finds a flipped byte when bytes are read and when everything is verified', async () => {
    const one = await store.putBytes(Buffer.from('first object'));
    const two = await store.putBytes(Buffer.from('second object'));
    flipByte(one.digest);
    await expect(store.readBytes(one.digest)).rejects.toThrow('STO002');
    await expect(store.readBytes(one.digest)).rejects.toThrow('STO001');
    flipByte(two.digest);
    const seen: number[] = [];
    expect(await store.verifyAll((done) => seen.push(done))).toEqual([two.digest]);
    expect(seen).toEqual([1]);
    expect(readdirSync(join(root, 'store', 'quarantine'))).toHaveLength(2);
    await store.putBytes(Buffer.from('second object'));
    expect(await store.verifyAll()).toEqual([]);
  });

  it('finds a flipped byte by its path as soon as the last look is older than the trust', async () => {
    const { digest } = await store.putBytes(Buffer.from('an object'));
    await store.path(digest);
    flipByte(digest);
    await clock.advance(60_000);
    await expect(store.path(digest)).rejects.toThrow('STO002');
  });

  it('replaces a damaged object when the same bytes are put again', async () => {
    const { digest } = await store.putBytes(Buffer.from('precious'));
    flipByte(digest);
    await clock.advance(60_000);
    await store.putBytes(Buffer.from('precious'));
    expect(Buffer.from(await store.readBytes(digest)).toString()).toBe('precious');
  });

  it('gives an object back that a killed collection had moved away', async () => {
    const { digest } = await store.putBytes(Buffer.from('in the trash'));
    await store.collect(() => false, hour);
    renameSync(objectPath(digest), join(root, 'store', 'trash', digest));
    const again = openDiskStore({ root: join(root, 'store'), clock });
    expect(Buffer.from(await again.readBytes(digest)).toString()).toBe('in the trash');
    expect(readdirSync(join(root, 'store', 'trash'))).toEqual([]);
  });

  it('sees an object that another process is about to remove, and keeps it by putting it again', async () => {
    const bytes = Buffer.from('between two processes');
    const { digest } = await store.putBytes(bytes);
    await store.collect(() => false, hour);
    renameSync(objectPath(digest), join(root, 'store', 'trash', digest));
    expect(await store.has(digest)).toBe(true);
    expect(existsSync(join(root, 'store', 'condemned', digest))).toBe(false);
    await clock.advance(2 * hour);
    await store.collect(() => true, hour);
    expect(Buffer.from(await store.readBytes(digest)).toString()).toBe(bytes.toString());
  });

  it('clears what puts that were killed left behind, once it is a day old', () => {
    const left = join(root, 'store', 'incoming', 'left');
    writeFileSync(left, 'half');
    const old = clock.nowMs() / 1000 - 25 * 3600;
    utimesSync(left, old, old);
    const fresh = join(root, 'store', 'incoming', 'fresh');
    writeFileSync(fresh, 'being written');
    utimesSync(fresh, clock.nowMs() / 1000, clock.nowMs() / 1000);
    openDiskStore({ root: join(root, 'store'), clock });
    expect(incoming()).toEqual(['fresh']);
  });

  it('lets twenty put the same bytes at once', async () => {
    const bytes = Buffer.from('same for all');
    const all = await Promise.all(Array.from({ length: 20 }, () => store.putBytes(bytes)));
    expect(new Set(all.map(({ digest }) => digest)).size).toBe(1);
    expect(await collect(store)).toHaveLength(1);
    expect(incoming()).toEqual([]);
  });
});
