import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isDiskFull } from '../../src/host/index.ts';
import { openDiskStore } from '../../src/store/index.ts';
import { FaultFarm } from './fault-farm.ts';
import { Orchard } from './orchard.ts';
import { comeToRest } from './rounds.ts';

let farm: FaultFarm;
let orchard: Orchard;
beforeAll(async () => {
  farm = await FaultFarm.start({
    builders: 1,
    diskMebibytes: 64,
    prepare: (folder) => {
      orchard = new Orchard(join(folder, 'recipes'));
      return `recipe-sources: { demo: { url: ${orchard.folder} } }`;
    },
  });
});
afterAll(() => farm?.dispose(false));

it('a farm on a full disk says so, keeps its manager, and goes on where it was', async () => {
  await farm.schedule('full-disk', ['root', 'moss'], orchard.grow(['root', 'moss']));
  while (farm.ledger.running().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  farm.disk.fill();
  expect(await farm.statusNames(/disk.* is full/)).toEqual([]);
  // refused by the manager, whoever it is that cannot write: record, store or log
  await farm.builders[0]?.actor.says(/'hello'|QUE002|SYS004/);
  farm.disk.empty();
  expect(await comeToRest(farm)).toEqual([]);
  expect(farm.ledger.check()).toEqual([]);
  expect(farm.actors.every(({ isRunning }) => isRunning)).toBe(true);
});

it('a manager that is started on a full disk waits for room, and goes on then', async () => {
  await farm.manager.kill();
  farm.disk.fill();
  farm.manager.start();
  await farm.manager.says(/is full: waiting for room/);
  farm.disk.empty();
  await farm.schedule('after-room', ['root'], orchard.grow(['root']));
  expect(await comeToRest(farm)).toEqual([]);
  expect(farm.ledger.check()).toEqual([]);
  expect(farm.actors.every(({ isRunning }) => isRunning)).toBe(true);
});

it('a store on a full disk takes nothing and leaves nothing', async () => {
  const root = join(farm.disk.folder, 'store');
  const store = openDiskStore({ root });
  farm.disk.fill();
  const error = await store.putBytes(Buffer.alloc(1 << 20)).then(undefined, (thrown: unknown) => thrown);
  expect(isDiskFull(error)).toBe(true);
  expect(readdirSync(join(root, 'incoming'))).toEqual([]);
  farm.disk.empty();
  expect(await store.putBytes(Buffer.alloc(1 << 20))).toMatchObject({ sizeBytes: 1 << 20 });
});
