import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syncTogether } from '../../src/host/index.ts';

describe('what is made durable together', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'packmill-sync-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const files = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => {
      const path = join(folder, `file-${index}`);
      writeFileSync(path, String(index));
      return path;
    });

  it('may be one path, many, or none', async () => {
    await syncTogether([]);
    await syncTogether([folder]);
    await syncTogether([...files(150), folder]);
  });

  it('may be gone by now', async () => {
    await syncTogether([join(folder, 'gone')]);
    await syncTogether([...files(150), join(folder, 'gone')]);
  });

  it('fails for those alone who asked for what cannot be reached', async () => {
    const [file = ''] = files(1);
    const all = await Promise.allSettled([
      syncTogether([folder]),
      syncTogether([file, join(file, 'below a file')]),
      syncTogether([file]),
    ]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(syncTogether([join(file, 'below a file')])).rejects.toThrow('SYS004');
  });
});
