import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Problem } from '../diagnostics/index.ts';
import { systemRandom } from '../host/index.ts';
import { FileBackend, MemoryBackend, type RecordBackend } from './record-backend.ts';
import { derivedKey, hashKey, RecordStore } from './record-store.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const kinds: readonly (readonly [string, () => RecordBackend])[] = [
  ['in memory', () => new MemoryBackend()],
  [
    'on disk',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'record-store-'));
      folders.push(folder);
      return new FileBackend(folder, systemRandom);
    },
  ],
];

describe.each(kinds)('records %s', (_kind, open) => {
  const problems: Problem[] = [];
  const store = (key = derivedKey(['url', 'a.b'], ['encoding']), backend = open()) =>
    new RecordStore({ name: 'pages', key, backend, onProblem: (problem) => problems.push(problem) });

  it('are found by exactly the fields that their key is made of', async () => {
    const records = store();
    const record = { url: 'x', a: { b: 1, c: 2 }, more: [1, 'two'] };
    const index = await records.write(record);
    expect(records.find({ url: 'x', 'a.b': 1 })).toEqual(record);
    expect(records.find({ url: 'x', 'a.b': 1, encoding: 'utf-8' })).toBeUndefined();
    expect(records.find({ url: 'x', 'a.b': true })).toBeUndefined();
    expect([...records.indexes()]).toEqual([index]);
    expect([...records.records()]).toEqual([{ index, record }]);
    expect(await records.remove(index)).toBe(true);
    expect(await records.remove(index)).toBe(false);
    expect(records.find({ url: 'x', 'a.b': 1 })).toBeUndefined();
  });
  it('are not asked by names that are unknown or missing, nor written without them', async () => {
    const records = store();
    expect(() => records.find({ url: 'x' })).toThrow("FPL016 'pages' needs 'a.b'");
    expect(() => records.find({ url: 'x', 'a.b': 1, uri: 'y' })).toThrow("'pages' is not asked by 'uri'");
    await expect(records.write({ url: 'x' })).rejects.toThrow('FPL016');
  });
  it('by a hash of their own stand under it, and nothing that is no hash is one', async () => {
    const records = store(hashKey('hashes.sha512'));
    const sha512 = 'ab'.repeat(64);
    expect(await records.write({ hashes: { sha512 } })).toBe(sha512);
    expect(records.find({ 'hashes.sha512': sha512 })).toEqual({ hashes: { sha512 } });
    await expect(records.write({ hashes: { sha512: '../../etc/passwd' } })).rejects.toThrow('FPL016');
  });
  it('that stand under the index of another one count as missing', async () => {
    const backend = open();
    const records = store(derivedKey(['url']), backend);
    const index = await records.write({ url: 'x' });
    await backend.write(index, '{"url": "y"}');
    problems.length = 0;
    expect(records.find({ url: 'x' })).toBeUndefined();
    expect(problems.map(({ code }) => code)).toEqual(['FPL001']);
  });
  it('are replaced as a whole by writers at the same time', async () => {
    const records = store(derivedKey(['url']));
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => records.write({ url: 'x', at, text: 'y'.repeat(at * 1000) })),
    );
    const found = records.find({ url: 'x' });
    expect(found?.['text']).toBe('y'.repeat(Number(found?.['at']) * 1000));
    for (const folder of folders) {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) =>
        one.isFile(),
      );
      expect(files).toHaveLength(1);
    }
  });
});
