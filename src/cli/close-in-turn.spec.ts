import { expect, it } from 'vitest';
import { closeInTurn } from './close-in-turn.ts';

it('closes the farm also when its web server cannot be closed, and tells of that', async () => {
  const closed: string[] = [];
  const web = { close: () => Promise.reject(new Error('the web server hangs')) };
  const farm = { close: async () => void closed.push('farm') };
  const lock = {
    close: () => {
      closed.push('lock');
      throw new Error('the lock is gone');
    },
  };
  await expect(closeInTurn([web, farm, lock])).rejects.toThrow('the web server hangs');
  expect(closed).toEqual(['farm', 'lock']);
});

it('waits for each before it closes the next', async () => {
  const closed: string[] = [];
  const slow = {
    close: async () => {
      await Promise.resolve();
      closed.push('web');
    },
  };
  await closeInTurn([slow, { close: () => closed.push('farm') }]);
  expect(closed).toEqual(['web', 'farm']);
});
