// When and what if, of a farm whose record is in memory.
import { afterEach, describe, expect, it } from 'vitest';
import type { BuilderView } from '../../src/api/index.ts';
import { readBuilders } from '../../src/app/foresight/builders.ts';
import type { ForesightScene } from '../../src/app/foresight/farm-work.ts';
import { Forecasts } from '../../src/app/foresight/forecasts.ts';
import { PlanViews } from '../../src/app/foresight/plans.ts';
import { Simulations } from '../../src/app/foresight/simulations.ts';
import { isFault } from '../../src/diagnostics/index.ts';
import type { VirtualClock } from '../../src/host/index.ts';
import type { PlanId } from '../../src/primitives/index.ts';
import { failure, idOf, Scene, success } from '../dispatcher/scene.ts';

let scene = new Scene();
afterEach(() => {
  scene.database.close();
  scene = new Scene();
});

const builder: BuilderView = {
  name: 'one',
  instance: 'test',
  class: 9,
  labels: [],
  arches: ['x86_64'],
  slots: 1,
  busy: [],
  protocol: 1,
  state: 'idle',
  lastSeenMs: 0,
};

const foresight = (builders: readonly BuilderView[] = [builder]): ForesightScene => ({
  farm: {
    database: scene.database,
    clock: scene.clock,
    config: { arch: 'x86_64' },
  } as ForesightScene['farm'],
  builders: () => builders,
  isOwn: () => false,
});

const advance = (ms: number): Promise<void> => (scene.clock as VirtualClock).advance(ms);

/** Runs all jobs one after the other, each for its time. */
async function work(minutes: Readonly<Record<string, number>>, failing = ''): Promise<void> {
  for (;;) {
    const lease = await scene.claim();
    if (!lease) return;
    const begun = await scene.dispatcher.begin(lease);
    if (!begun) continue;
    const durationMs = (minutes[begun.job.name] ?? 1) * 60_000;
    await advance(durationMs);
    const outcome = begun.job.name === failing ? failure : success(begun.job.name);
    await scene.dispatcher.report(lease, begun.id, { outcome, facts: { durationMs } });
    await scene.dispatcher.idle();
  }
}

const codeOf = async (what: Promise<unknown>): Promise<string> => {
  try {
    await what;
    return 'none';
  } catch (error) {
    return isFault(error) ? error.problem.code : String(error);
  }
};

describe('a forecast of a farm', () => {
  it('knows durations from history, and a plan that comes after it was made', async () => {
    const plan = { lib: { priority: 9 }, app: { needs: ['lib'] } };
    for (let round = 0; round < 4; round += 1) {
      await scene.admit(plan);
      await work({ lib: 10, app: 5 });
    }
    const forecasts = new Forecasts(foresight());
    expect((await forecasts.current()).jobs.size).toBe(0);
    const id = await scene.admit(plan);
    const { jobs, plans } = await forecasts.current();
    const app = [...jobs.values()].find((job) => job.id === idOf('app'));
    const inMinutes = ((app?.end?.middleMs ?? 0) - scene.clock.nowMs()) / 60_000;
    expect(inMinutes).toBeGreaterThan(13);
    expect(inMinutes).toBeLessThan(17);
    expect(app).toMatchObject({ position: 1, basis: 'own-history', withoutHistory: 0 });
    expect(plans).toMatchObject([{ plan: id, open: 2, stuck: 0 }]);
  });

  it('is kept for a moment, and says that nobody builds', async () => {
    const forecasts = new Forecasts(foresight([{ ...builder, state: 'lost' }]));
    await scene.admit({ lib: {} });
    const first = await forecasts.current();
    expect(first.plans[0]).toMatchObject({ end: undefined, stuck: 1 });
    expect(await forecasts.current()).toBe(first);
    await advance(61_000);
    expect(await forecasts.soon(60_000)).not.toBe(first);
  });
});

describe('a simulation of a farm', () => {
  it('replays a plan as it was, failures too, and tells what more builders would have done', async () => {
    const plan = await scene.admit({
      a: { priority: 9 },
      b: { priority: 8 },
      c: { needs: ['a'] },
      d: { needs: ['b'] },
    });
    await work({ a: 10, b: 20, c: 30, d: 5 }, 'b');
    const simulations = new Simulations(foresight());
    const alone = await simulations.run({ plan });
    expect(alone).toMatchObject({
      what: 'plan 1',
      jobs: 4,
      ran: 3,
      recordedMs: 3_600_000,
      withoutHistory: 0,
    });
    expect(alone.states).toEqual({ succeeded: 2, failed: 1, blocked: 1 });
    expect(alone.policies.map(({ policy }) => policy)).toEqual([
      'critical-path',
      'most-dependants',
      'longest-first',
      'fifo',
    ]);
    expect(alone.policies[0]).toMatchObject({ makespanMs: 3_600_000, ratio: 1, utilisation: 1 });
    const more = await simulations.run({ plan, builders: '+1', policy: 'critical-path' });
    expect(more.policies).toMatchObject([{ policy: 'critical-path', makespanMs: 2_400_000 }]);
    expect(more.bound).toMatchObject({ pathMs: 2_400_000, workMs: 1_800_000 });
  });

  it('replays history with plans as they came', async () => {
    await scene.admit({ a: {} });
    await work({ a: 10 });
    await advance(3_600_000);
    await scene.admit({ a: {}, b: {} });
    await work({ a: 20, b: 10 });
    const reply = await new Simulations(foresight()).run({ since: 0 });
    expect(reply).toMatchObject({ jobs: 3, ran: 3, recordedMs: 6_000_000 });
    expect(reply.policies[0]).toMatchObject({ makespanMs: 6_000_000, ratio: 1 });
  });

  it('runs what is open from here on, and names what no builder may take', async () => {
    await scene.admit({ a: {}, big: { buildClass: 99 } });
    await scene.start();
    const reply = await new Simulations(foresight()).run({});
    expect(reply).toMatchObject({
      what: 'what is open now',
      jobs: 2,
      ran: 1,
      withoutHistory: 1,
      stuck: [idOf('big')],
    });
  });

  it('says what cannot be simulated (SIM001, SIM002, SIM003)', async () => {
    const simulations = new Simulations(foresight());
    expect(await codeOf(simulations.run({}))).toBe('SIM002');
    expect(await codeOf(simulations.run({ plan: 7 }))).toBe('SIM002');
    expect(await codeOf(simulations.run({ since: 0 }))).toBe('SIM002');
    await scene.admit({ a: {} });
    expect(await codeOf(simulations.run({ builders: 'four' }))).toBe('SIM001');
    expect(await codeOf(new Simulations(foresight([])).run({}))).toBe('SIM001');
    expect(await codeOf(new Simulations(foresight(), 0).run({}))).toBe('SIM003');
  });
});

describe('builders of a simulation', () => {
  const there = readBuilders('big:16@9+gpu+fast/aarch64*1.5, 2x4@2', [], 'x86_64');

  it('are read from words: names, slots, classes, labels, architectures, speeds', () => {
    expect(there).toMatchObject([
      { name: 'big', slots: 16, builderClass: 9, labels: ['gpu', 'fast'], arches: ['aarch64'], speed: 1.5 },
      { name: 'builder-2', slots: 4, builderClass: 2, labels: [], arches: ['x86_64'], speed: 1 },
      { name: 'builder-3', slots: 4, builderClass: 2 },
    ]);
  });

  it('are added to those there, or taken away from them', () => {
    const names = (text: string) => readBuilders(text, there, 'x86_64').map(({ name }) => name);
    expect(names('+4')).toEqual(['big', 'builder-2', 'builder-3', 'builder-4']);
    expect(names('-big,+new:2')).toEqual(['builder-2', 'builder-3', 'new']);
    expect(names('4')).toEqual(['builder-1']);
  });

  it.each(['', 'four', '0', '4@', '-nobody', '9999x1', '4*0'])('%j is none (SIM001)', async (text) => {
    expect(await codeOf((async () => readBuilders(text, there, 'x86_64'))())).toBe('SIM001');
  });
});

describe('plans for people', () => {
  it('are listed newest first, page by page, and drawn with the critical path', async () => {
    for (let round = 0; round < 3; round += 1) {
      await scene.admit({
        lib: { priority: 30 },
        app: { needs: ['lib'], priority: 20 },
        doc: { priority: 5 },
      });
      await work({});
    }
    const views = new PlanViews(foresight());
    const page = views.list({ limit: 2 }, new Map());
    expect(page.plans.map(({ id, states }) => [id, states])).toEqual([
      [3, { succeeded: 3 }],
      [2, { succeeded: 3 }],
    ]);
    expect(views.list({ limit: 2, before: page.next ?? 0 }, new Map()).plans.map(({ id }) => id)).toEqual([
      1,
    ]);
    const graph = views.graph(3, new Map());
    expect(graph.nodes.map(({ name, critical, state }) => [name, critical, state])).toEqual([
      ['lib', true, 'succeeded'],
      ['app', true, 'succeeded'],
      ['doc', false, 'succeeded'],
    ]);
    expect(graph.edges).toEqual([[0, 1]]);
    expect(await codeOf((async () => views.graph(9 as PlanId, new Map()))())).toBe('SIM002');
  });
});
