import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ScheduleRequest } from '../../src/api/index.ts';
import { RebuildDesk } from '../../src/app/abi/rebuild-desk.ts';
import { printDetail, type RebuildDetail } from '../../src/app/abi/rebuild-detail.ts';
import { initFarm, openFarm } from '../../src/app/index.ts';
import { attemptId } from '../../src/primitives/index.ts';
import { planOf } from '../dispatcher/scene.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-rebuild-desk-'));
let farm: Awaited<ReturnType<typeof openFarm>>;
beforeAll(async () => {
  const how = { repository: 'demo', arch: 'x86_64', gnupgHome: undefined, key: undefined };
  await initFarm({ folder: join(folder, 'farm'), ...how });
  farm = await openFarm(join(folder, 'farm'), 'write');
});
afterAll(async () => {
  await farm?.close();
  rmSync(folder, { recursive: true, force: true });
});

const cause = { name: 'libquill.so.1', machine: 6264, by: 'quill', symbols: ['erase'] };
const brush = {
  base: 'brush',
  packages: [{ name: 'brush', version: '1.0-1', becomes: '1.0-1.1' }],
  because: [cause],
  after: [],
};

function waiting(detail: Partial<RebuildDetail> = {}): number {
  const held = [{ base: 'quill', attempt: attemptId(1), packages: ['quill'], version: '2.0-1' }];
  const text = printDetail({ held, libraries: [], rebuild: [brush], asked: [], ...detail });
  return farm.database.rebuilds.add({
    ...{ target: 'demo', arch: 'x86_64', state: 'waiting', createdMs: 1, detail: text },
  });
}

function deskOf(open: typeof farm) {
  const asked: ScheduleRequest[] = [];
  const steps: string[] = [];
  let nudges = 0;
  const desk = new RebuildDesk(open, {
    schedule: async (request) => {
      asked.push(request);
      return {
        id: request.id,
        plan: 7,
        accepted: [{ name: 'brush', job: 'demo/x86_64/brush' }],
        refused: [],
      };
    },
    nudge: () => {
      nudges += 1;
    },
    quietly: async (work) => {
      steps.push('quiet');
      work();
    },
    cancel: async (jobs, reason) => steps.push(`cancel ${jobs.join()}: ${reason}`),
  });
  return { desk, asked, steps, nudges: () => nudges };
}

it('asks for what a rebuild waits for with one request that says what it is for, and remembers who said yes', async () => {
  const sources = { main: { url: '/recipes', kind: 'pkgbuild' } };
  const config = { ...farm.config, 'recipe-sources': sources } as unknown as typeof farm.config;
  const { desk, asked } = deskOf(Object.create(farm, { config: { value: config } }));
  const id = waiting();
  expect(await desk.decide(id, 'go', 'ann')).toMatchObject({ plan: 7, refused: [] });
  expect(asked).toMatchObject([
    { target: 'demo', arch: 'x86_64', source: 'main', rebuild: id, packages: [{ name: 'brush' }] },
  ]);
  expect(desk.list(true)).toMatchObject([{ id, state: 'stalled', by: 'ann' }]);
});

it('says of recipes that the farm does not have that it cannot build them anew', async () => {
  const { desk, asked } = deskOf(farm);
  const { accepted, refused } = await desk.decide(waiting(), 'go', undefined);
  expect({ accepted, asked }).toEqual({ accepted: [], asked: [] });
  expect(refused).toMatchObject([{ name: 'brush', code: 'ABI004' }]);
});

it('lets results go out or throws them away once, and decides on nothing that is over', async () => {
  const { desk, nudges } = deskOf(farm);
  const [one, other] = [waiting(), waiting()];
  await desk.decide(one, 'publish', 'ann');
  await desk.decide(other, 'drop', 'bob');
  expect(nudges()).toBe(2);
  expect(desk.list(false).slice(0, 2)).toMatchObject([
    { id: other, state: 'dropped', by: 'bob' },
    { id: one, state: 'released', by: 'ann' },
  ]);
  await expect(desk.decide(other, 'go', undefined)).rejects.toThrow('ABI003');
  await expect(new RebuildDesk(farm, undefined).decide(one, 'drop', undefined)).rejects.toThrow('SCH005');
});

it('ends the jobs of a rebuild that is dropped before it is, and drops it while nothing is being published', async () => {
  const { desk, steps } = deskOf(farm);
  const plan = planOf({ brush: {}, chalk: {} });
  const target = { target: 'local', arch: 'x86_64' };
  farm.database.transaction(() => farm.database.plans.add({ plan, why: '', failFast: false, atMs: 1 }));
  const text = printDetail({ held: [], libraries: [], rebuild: [brush], asked: ['brush', 'gone'] });
  const id = farm.database.rebuilds.add({ ...target, state: 'building', createdMs: 1, detail: text });
  await desk.decide(id, 'drop', 'ann');
  expect(steps).toEqual([`cancel local/x86_64/brush: rebuild ${id} was dropped`, 'quiet']);
});

it('keeps of very many names only the first ones', () => {
  const lost = Array.from({ length: 500 }, (_, n) => `f${n}`);
  const detail = JSON.parse(
    printDetail({
      ...{ held: [], asked: [] },
      libraries: [
        { ...cause, package: 'quill', fate: 'lost-symbols', lost },
        { ...cause, package: 'quill', fate: 'kept', lost: [] },
      ],
      rebuild: [{ ...brush, because: [{ ...cause, symbols: lost }] }],
    }),
  ) as RebuildDetail;
  expect(detail.libraries.map((one) => one.lost.length)).toEqual([50]);
  expect(detail.rebuild[0]?.because[0]?.symbols).toHaveLength(50);
});
