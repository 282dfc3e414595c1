import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Farm } from '../../src/app/farm.ts';
import { LookingService } from '../../src/app/service/looking-service.ts';
import { LogHub } from '../../src/logs/index.ts';
import type { FarmEvent } from '../../src/model/index.ts';
import { planOf } from '../dispatcher/scene.ts';
import { writtenFarm } from './written-farm.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-looking-'));
let farm: Farm;
beforeAll(async () => {
  farm = await writtenFarm(join(folder, 'farm'), '');
});
afterAll(async () => {
  await farm?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('goes on telling events when the record could not be read for a moment, and says so meanwhile', async () => {
  let wake = (): void => {};
  let isBroken = true;
  const { events } = farm.database;
  const since = (after: number, limit: number): FarmEvent[] => {
    if (isBroken) throw new Error('the disk is away');
    return events.since(after, limit);
  };
  const look = Object.create(farm, {
    clock: {
      value: Object.create(farm.clock, {
        sleep: { value: async () => await new Promise<void>((resolve) => (wake = resolve)) },
      }),
    },
    database: {
      value: Object.create(farm.database, {
        events: { value: { last: () => events.last(), since } },
      }),
    },
  }) as Farm;
  const turn = async (): Promise<void> => {
    wake();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const service = new LookingService(look, new LogHub({ clock: farm.clock }), undefined);
  const told: FarmEvent[] = [];
  service.subscribe((event) => told.push(event));
  const { plan } = farm.database.transaction(() =>
    farm.database.plans.add({ plan: planOf({ a: {} }), why: '', failFast: false, atMs: 1 }),
  );
  farm.database.transaction(() => farm.database.events.append(plan, { kind: 'plan-admitted' }, 'asked for'));
  await turn();
  expect((await service.health()).problems).toContain('events cannot be read: the disk is away');
  expect(told).toEqual([]);
  isBroken = false;
  await turn();
  expect(told).toMatchObject([{ kind: 'plan-admitted', plan }]);
  expect((await service.health()).problems.join()).not.toContain('cannot be read');
  service.close();
});
