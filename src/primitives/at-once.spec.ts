import { describe, expect, it } from 'vitest';
import { atOnce } from './at-once.ts';
import { Slots } from './slots.ts';

/** Work that ends when it is told to, and what is under way. */
function told() {
  const ends = new Map<number, () => void>();
  const work = (item: number): Promise<number> =>
    new Promise((resolve) => ends.set(item, () => resolve(item * 10)));
  const end = async (item: number): Promise<void> => {
    ends.get(item)?.();
    ends.delete(item);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  return { work, end, underWay: () => [...ends.keys()] };
}

describe('work on a list', () => {
  it('is done so much at a time, and its results come in the order of the list', async () => {
    const { work, end, underWay } = told();
    const all = atOnce([1, 2, 3], { most: 2 }, work);
    expect(underWay()).toEqual([1, 2]);
    await end(2);
    expect(underWay()).toEqual([1, 3]);
    await end(3);
    await end(1);
    expect(await all).toEqual([10, 20, 30]);
    expect(await atOnce([], { most: 0 }, work)).toEqual([]);
  });
  it('begins nothing more after a failure, which is thrown when the rest has ended', async () => {
    const { work, end, underWay } = told();
    let isOver = false;
    const all = atOnce([1, 2, 3], { most: 2 }, (item) =>
      item === 1 ? Promise.reject(new Error('one')) : work(item),
    ).finally(() => {
      isOver = true;
    });
    const caught = all.catch((error: Error) => error.message);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    expect([underWay(), isOver]).toEqual([[2], false]);
    await end(2);
    expect(await caught).toBe('one');
    expect(underWay()).toEqual([]);
  });
  it('begins nothing more once it is called off, and what was done counts', async () => {
    const { work, end, underWay } = told();
    const stop = new AbortController();
    const all = atOnce([1, 2, 3], { most: 1, signal: stop.signal }, work);
    await end(1);
    stop.abort();
    await end(2);
    expect([underWay(), await all]).toEqual([[], [10, 20]]);
  });
});

describe('places', () => {
  it('are lent, and taken back when those who have them are done', async () => {
    const { work, end, underWay } = told();
    const slots = new Slots(1);
    const all = [1, 2, 3, 4, 5].map((item) => slots.run(() => work(item)));
    const giveBack = slots.lend(2);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    expect(underWay()).toEqual([1, 2, 3]);
    giveBack();
    giveBack();
    await end(1);
    await end(2);
    expect(underWay()).toEqual([3]);
    await end(3);
    expect(underWay()).toEqual([4]);
    await end(4);
    await end(5);
    expect(await Promise.all(all)).toEqual([10, 20, 30, 40, 50]);
  });
});
