import { describe, expect, it } from 'vitest';
import { LaterSync } from './later-sync.ts';

describe('what is made durable later', () => {
  it('is durable when a second call returns, too, that came while the first was busy with it', async () => {
    const disk = Promise.withResolvers<void>();
    const durable = new Set<string>();
    const later = new LaterSync(async (paths) => {
      await disk.promise;
      for (const path of paths) durable.add(path);
    });
    later.add(['one']);
    const first = later.settle();
    const second = later.settle().then(() => [...durable]);
    disk.resolve();
    await first;
    expect(await second).toEqual(['one']);
  });

  it('is tried again by the next call when the disk refused it', async () => {
    const asked: (readonly string[])[] = [];
    const later = new LaterSync(async (paths) => {
      asked.push(paths);
      if (asked.length === 1) throw new Error('no room');
    });
    later.add(['one']);
    await expect(later.settle()).rejects.toThrow('no room');
    later.add(['two']);
    await later.settle();
    await later.settle();
    expect(asked).toEqual([['one'], ['one', 'two'], []]);
  });
});
