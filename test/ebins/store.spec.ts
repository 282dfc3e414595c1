import { execFileSync, fork } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ContentObject,
  ContentStore,
  canonicalParts,
  objectEnding,
  openBuild,
} from '../../src/ebins/index.ts';
import { contentPath } from '../../src/formats/gentoo/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import { openDiskStore } from '../../src/store/index.ts';
import { demo } from './sample.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-content-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function putAll(store: ContentStore, ids: readonly number[]): Promise<ContentObject[]> {
  const objects: ContentObject[] = [];
  for (const id of ids) {
    const build = await openBuild(demo('gpkg', id));
    const image = await build.openImage();
    try {
      const { parts } = await canonicalParts(image, build.path);
      for (const part of parts) objects.push((await store.put(part)).object);
    } finally {
      await image.close();
    }
  }
  return objects;
}

/** Paths of files below a folder. */
const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();

describe('the store of contents', () => {
  it('34: names objects by their SHA-512 in the layout that mirrors have', async () => {
    const root = join(folder, 'store');
    const objects = await putAll(new ContentStore({ root }), [9]);
    expect(readFileSync(join(root, 'layout.conf'), 'utf8')).toBe(
      '[structure]\n0=content-hash SHA512 8:8:8\n',
    );
    const digest = `64d30c8b${'0'.repeat(120)}`;
    expect(contentPath(digest)).toBe(`64/d3/0c/${digest}`);
    expect(new Set(objects.map(objectEnding))).toEqual(new Set(['.tar.xz']));
    for (const { sha512, blake2b, size } of objects) {
      const path = join(root, contentPath(sha512));
      expect(statSync(path).size).toBe(size);
      expect(execFileSync('sha512sum', [path]).toString().split(' ')[0]).toBe(sha512);
      expect(execFileSync('b2sum', [path]).toString().split(' ')[0]).toBe(blake2b);
      expect(statSync(path).mode & 0o777).toBe(0o644);
    }
  });

  it('36, 38: holds each content once, nothing empty, and the same bytes in any order', async () => {
    const ids = [1, 2, 3, 4, 6, 7, 8, 9];
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    const contentsOf = (root: string): string[] =>
      filesIn(root).filter((path) => !path.endsWith('index.jsonl'));
    const store = new ContentStore({ root: first });
    await putAll(store, ids.slice(0, 3));
    await putAll(new ContentStore({ root: second }), ids.slice(0, 3).toReversed());
    expect(contentsOf(second)).toEqual(contentsOf(first));
    const objects = await putAll(store, ids);
    const contents = contentsOf(first);
    expect(objects).toHaveLength(24);
    // the 17 contents of the sample, and layout.conf
    expect(contents).toHaveLength(18);
    for (const path of contents) expect(statSync(join(first, path)).size).toBeGreaterThan(0);
  });

  it('knows its objects when it is opened again, whatever the last line of its index looks like', async () => {
    const root = join(folder, 'store');
    const objects = await putAll(new ContentStore({ root }), [1]);
    appendFileSync(join(root, 'index.jsonl'), '{"canonicalDigest":"0');
    const again = new ContentStore({ root });
    for (const object of objects) expect(again.find(object.canonical)).toEqual(object);
    await putAll(again, [1, 2]);
    const third = new ContentStore({ root });
    expect(third.list()).toHaveLength(4);
    const before = filesIn(root);
    rmSync(join(root, 'index.jsonl'));
    const fresh = new ContentStore({ root });
    expect(fresh.list()).toEqual([]);
    expect(await fresh.rebuildIndex()).toEqual({ objects: 4, damaged: [] });
    expect(
      fresh
        .list()
        .map(({ canonical }) => canonical)
        .sort(),
    ).toEqual(
      third
        .list()
        .map(({ canonical }) => canonical)
        .sort(),
    );
    expect(filesIn(root)).toEqual(before);
  });

  it('shares its files with the store of the farm', async () => {
    const farm = openDiskStore({ root: join(folder, 'farm') });
    const store = new ContentStore({ root: join(folder, 'store'), objects: farm });
    const [object] = await putAll(store, [1]);
    const digest =
      execFileSync('sha256sum', [store.path(object?.sha512 ?? '')])
        .toString()
        .split(' ')[0] ?? '';
    const inFarm = await farm.path(digest as Parameters<typeof farm.path>[0]);
    expect(statSync(inFarm).ino).toBe(statSync(store.path(object?.sha512 ?? '')).ino);
  });

  it('refuses an object of another content, and reads it again', async () => {
    const root = join(folder, 'store');
    const [object] = await putAll(new ContentStore({ root }), [1]);
    const path = join(root, contentPath(object?.sha512 ?? ''));
    writeFileSync(path, Buffer.alloc(object?.size ?? 0));
    const again = new ContentStore({ root });
    expect((await again.rebuildIndex()).damaged).toEqual([object?.sha512]);
    await expect(putAll(again, [1])).rejects.toMatchObject({ problem: { code: 'EBN013' } });
  });

  it('removes what nothing refers to after the time of grace, and nothing that is wanted again', async () => {
    const root = join(folder, 'store');
    const clock = new VirtualClock(Date.now());
    const store = new ContentStore({ root, clock });
    const [kept, ...others] = await putAll(store, [1]);
    const isReferenced = (sha512: string): boolean => sha512 === kept?.sha512;
    const day = 24 * 60 * 60 * 1000;
    expect(store.collect(isReferenced, 30 * day)).toMatchObject({ removed: 0, kept: 3 });
    for (const { sha512 } of [kept, ...others] as ContentObject[]) {
      const old = (clock.nowMs() - 31 * day) / 1000;
      utimesSync(store.path(sha512), old, old);
    }
    // put once more, and therefore young again
    const build = await openBuild(demo('gpkg', 1));
    const image = await build.openImage();
    const { parts } = await canonicalParts(image, build.path);
    const wanted = await store.put(parts.at(-1) as (typeof parts)[number]);
    await image.close();
    expect(wanted.isNew).toBe(false);
    expect(store.collect(isReferenced, 30 * day)).toMatchObject({ removed: 1, kept: 2 });
    expect(store.find(wanted.object.canonical)).toBeDefined();
    expect(store.list()).toHaveLength(2);
    const objects = await putAll(store, [1]);
    expect(objects.every(({ canonical }) => store.find(canonical))).toBe(true);
  });
});

describe('short names of objects', () => {
  const bytes = (path: string): string => readFileSync(path, 'latin1');

  it('6.2: are the first digits of the digest at the top, given once, and gone with their object', async () => {
    const root = join(folder, 'aliases');
    const store = new ContentStore({ root });
    const { sha512 } = await store.putPlain(Buffer.from('one object'));
    await store.alias(sha512, 32);
    await store.alias(sha512, 32);
    expect(bytes(join(root, sha512.slice(0, 32)))).toBe('one object');
    // a store that was copied without its links has the bytes twice
    rmSync(join(root, sha512.slice(0, 32)));
    writeFileSync(join(root, sha512.slice(0, 32)), 'one object');
    await store.alias(sha512, 32);
    writeFileSync(join(root, sha512.slice(0, 32)), 'another');
    await expect(store.alias(sha512, 32)).rejects.toMatchObject({ problem: { code: 'EBN013' } });
    expect(store.collect(() => false, -1_000)).toMatchObject({ removed: 1 });
    expect(readdirSync(root).filter((name) => name.length >= 20)).toEqual([]);
  });

  it('6.2: are refused when they are those of two objects', async () => {
    const root = join(folder, 'collision');
    const store = new ContentStore({ root });
    const { sha512 } = await store.putPlain(Buffer.from('one object'));
    const other = `${sha512.slice(0, 24)}${'0'.repeat(104)}`;
    writeFileSync(store.path(other), 'whatever');
    await expect(store.alias(sha512, 24)).rejects.toMatchObject({ problem: { code: 'EBN057' } });
    await store.alias(sha512, 26);
  });
});

describe('a large image', () => {
  it('passes through little memory', async () => {
    const child = fork(new URL('./large-image-child.ts', import.meta.url), [folder], {
      execArgv: ['--disable-warning=ExperimentalWarning', '--max-old-space-size=48'],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    let text = '';
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(0);
    const { members, growthMiB, isWhole } = JSON.parse(text) as {
      members: number;
      growthMiB: number;
      isWhole: boolean;
    };
    expect(members).toBe(6);
    expect(isWhole).toBe(true);
    expect(growthMiB).toBeLessThan(64);
  });
});
