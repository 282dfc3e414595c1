import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PackageContents } from '../../src/app/packages/package-contents.ts';
import type { Digest } from '../../src/primitives/index.ts';
import { type ObjectStore, openDiskStore } from '../../src/store/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-package-contents-'));
let disk: ObjectStore;
const objects: Digest[] = [];
beforeAll(async () => {
  disk = openDiskStore({ root: join(folder, 'store') });
  for (const name of ['a', 'b', 'c', 'd']) {
    const work = join(folder, name);
    mkdirSync(work);
    for (const file of ['one', 'two', name]) writeFileSync(join(work, file), file);
    execFileSync('tar', ['-C', work, '--zstd', '-cf', `${work}.tar.zst`, 'one', 'two', name]);
    objects.push((await disk.putBytes(readFileSync(`${work}.tar.zst`))).digest);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The store, which tells what is read of it, and waits with that until it is let go on. */
function watched(isHeld: boolean) {
  const asked: Digest[] = [];
  const waiting: (() => void)[] = [];
  const store = Object.create(disk, {
    path: {
      value: async (digest: Digest) => {
        asked.push(digest);
        if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve));
        return await disk.path(digest);
      },
    },
  }) as ObjectStore;
  return { store, asked, letOneGo: () => waiting.shift()?.() };
}

it('unpacks two package files at one time however many ask, and each once', async () => {
  const { store, asked, letOneGo } = watched(true);
  const contents = new PackageContents({ store });
  const answers = [...objects, ...objects].map((object) => contents.files(object, undefined));
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toEqual(objects.slice(0, 2));
  for (const [at, answer] of answers.slice(0, 4).entries()) {
    letOneGo();
    expect((await answer).files).toHaveLength(3);
    expect(asked.length).toBeLessThanOrEqual(at + 3);
  }
  await Promise.all(answers);
  expect(asked).toEqual(objects);
});

it('keeps the newest contents as far as their entries together are few, and one whatever it has', async () => {
  const { store, asked } = watched(false);
  const contents = new PackageContents({ store }, 6);
  const [a, b, c] = objects as [Digest, Digest, Digest];
  for (const object of [a, b, a, b, c, b, a]) await contents.files(object, undefined);
  expect(asked).toEqual([a, b, c, a]);
  const small = watched(false);
  const one = new PackageContents({ store: small.store }, 1);
  for (const object of [a, a, b, b]) await one.files(object, undefined);
  expect(small.asked).toEqual([a, b]);
});

it('forgets what could not be read, so that it is read when it is there', async () => {
  const { store, asked } = watched(false);
  const contents = new PackageContents({ store });
  const gone = 'f'.repeat(64) as Digest;
  for (const _ of [1, 2]) await expect(contents.files(gone, undefined)).rejects.toThrow('STO001');
  expect(asked).toEqual([gone, gone]);
});
