import { describe, expect, it } from 'vitest';
import type { JobRecord } from '../database/index.ts';
import { builderName, type JobId, type PlanId, type RunId } from '../primitives/index.ts';
import { type Chance, seededChance } from './chance.ts';
import { DurationModel, medianOf } from './durations.ts';
import { type Forecast, type ForecastInput, forecast } from './forecast.ts';
import { simulate } from './simulate.ts';

const nowMs = 1_700_000_000_000;
const builder = {
  name: builderName('one'),
  builderClass: 9,
  labels: [],
  arches: ['x86_64'],
  slots: 4,
  speed: 1,
};
const idOf = (at: number): JobId => `local/x86_64/job-${at}` as JobId;

function rowOf(key: number, more: Partial<JobRecord> = {}): JobRecord {
  return {
    key,
    plan: 1 as PlanId,
    position: key - 1,
    id: idOf(key),
    action: 'build',
    cycle: undefined,
    priority: 1000 - key,
    buildClass: undefined,
    urgency: 0,
    share: '',
    labels: [],
    state: 'waiting',
    reason: '',
    pending: 0,
    losses: 0,
    offer: 0,
    sinceMs: nowMs,
    readySinceMs: undefined,
    attempt: undefined,
    canceling: undefined,
    blockedOn: undefined,
    ...more,
  };
}

const head = {
  id: 1 as PlanId,
  run: 1 as RunId,
  why: '',
  target: 'local',
  arch: 'x86_64',
  createdMs: nowMs,
  finishedMs: undefined,
  failFast: false,
  unfinished: 1,
  origin: undefined,
};

function inputOf(
  rows: readonly JobRecord[],
  model: DurationModel,
  more: Partial<ForecastInput> & { readonly edges?: readonly (readonly [number, number])[] } = {},
): ForecastInput {
  const { edges = [], ...rest } = more;
  return {
    nowMs,
    open: {
      plans: [head],
      rows,
      edges: edges.map(([dependency, dependant]) => ({
        dependency,
        dependant,
        required: true,
        kind: 'need',
      })),
      planned: () => ({ inputDigest: '', version: '1-1' }) as never,
      running: [],
    },
    builders: [builder],
    model,
    groupOf: () => 'one',
    usualArch: 'x86_64',
    brokenShare: 1,
    runs: 100,
    seed: 1,
    ...rest,
  };
}

interface World {
  readonly input: ForecastInput;
  /** A duration as it will really be, by key. */
  readonly truth: ReadonlyMap<number, number>;
}

/** A farm with history and a plan of forty jobs whose true durations are drawn as the history was. */
function worldOf(seed: number): World {
  const chance = seededChance(seed);
  const edges: [number, number][] = [];
  const rows: JobRecord[] = [];
  const truth = new Map<number, number>();
  const histories = [];
  for (let key = 1; key <= 40; key += 1) {
    const before = new Set(
      key === 1 ? [] : Array.from({ length: 2 }, () => 1 + Math.floor(chance.even() * (key - 1))),
    );
    const needs = chance.even() < 0.6 ? before : new Set<number>();
    for (const on of needs) edges.push([on, key]);
    rows.push(rowOf(key, { pending: needs.size, priority: chance.even() }));
    const drawn = () => Math.exp(middle + spread * chance.normal());
    const middle = Math.log(60_000) + 1.2 * chance.normal();
    const spread = 0.05 + 0.4 * chance.even();
    const known = seenOf(chance);
    histories.push({ job: idOf(key), durationsMs: Array.from({ length: known }, drawn), group: 'one' });
    truth.set(key, drawn());
  }
  return { input: inputOf(rows, new DurationModel(histories), { edges, seed }), truth };
}

/** Some jobs are new, some were built once, most often. */
const seenOf = (chance: Chance): number => Math.max(0, Math.floor(chance.even() * 12) - 2);

function really({ input, truth }: World): ReadonlyMap<number, number> {
  const { jobs } = simulate({
    startMs: nowMs,
    builders: input.builders,
    open: input.open,
    usualArch: 'x86_64',
    decide: () => true,
    fate: ({ key }) => ({ durationMs: truth.get(key) ?? 0, outcome: 'succeeded' }),
  });
  return new Map([...jobs].map(([key, { endedMs }]) => [key, endedMs ?? 0]));
}

const covers = (found: Forecast, key: number, atMs: number): boolean => {
  const end = found.jobs.get(key)?.end;
  return end !== undefined && end.earlyMs <= atMs && atMs <= end.lateMs;
};

describe('a forecast', () => {
  it('holds: of ranges of 80 % seven to nine in ten contain what then happens, for jobs and for plans', () => {
    let jobs = 0;
    let held = 0;
    let plans = 0;
    let plansHeld = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const world = worldOf(seed * 1009);
      const found = forecast(world.input);
      const ends = really(world);
      for (const [key, atMs] of ends) {
        jobs += 1;
        if (covers(found, key, atMs)) held += 1;
      }
      const whole = found.plans[0]?.end;
      const endMs = Math.max(...ends.values());
      plans += 1;
      if (whole && whole.earlyMs <= endMs && endMs <= whole.lateMs) plansHeld += 1;
    }
    expect(held / jobs).toBeGreaterThan(0.7);
    expect(held / jobs).toBeLessThan(0.9);
    expect(plansHeld / plans).toBeGreaterThan(0.65);
  });

  it('counts positions in the order in which jobs are given out, and says what runs has none', () => {
    const model = new DurationModel([{ job: idOf(1), durationsMs: [60_000, 61_000], group: 'one' }]);
    const rows = [
      rowOf(1, { state: 'running', attempt: 1 as never }),
      rowOf(2, { state: 'ready', offer: 2, priority: 5, readySinceMs: nowMs }),
      rowOf(3, { state: 'ready', offer: 3, priority: 9, readySinceMs: nowMs }),
      rowOf(4, { pending: 1 }),
    ];
    const input = inputOf(rows, model, { edges: [[2, 4]], builders: [{ ...builder, slots: 1 }] });
    const running = [{ key: 1, builder: builder.name, sinceMs: nowMs - 30_000 }];
    const found = forecast({ ...input, open: { ...input.open, running } });
    expect([1, 2, 3, 4].map((key) => found.jobs.get(key)?.position)).toEqual([undefined, 1, 0, 2]);
    const ends = [1, 3, 2, 4].map((key) => found.jobs.get(key)?.end?.middleMs ?? 0);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    expect(ends[0]).toBeGreaterThan(nowMs + 15_000);
    expect(ends[0]).toBeLessThan(nowMs + 50_000);
  });

  it('says what it does not know: no history, and jobs that nobody may take', () => {
    const rows = [
      rowOf(1, { state: 'ready', offer: 1 }),
      rowOf(2, { pending: 1 }),
      rowOf(3, { state: 'ready', offer: 3, buildClass: 99 }),
    ];
    const found = forecast(inputOf(rows, new DurationModel([]), { edges: [[1, 2]] }));
    expect(found.jobs.get(2)).toMatchObject({ basis: 'no-history', withoutHistory: 2 });
    expect(found.jobs.get(3)).toMatchObject({ start: undefined, end: undefined, position: undefined });
    expect(found.plans[0]).toMatchObject({ open: 3, withoutHistory: 3, stuck: 1 });
  });
});

describe('durations to come', () => {
  it('are those of the job, else of its group, else of all jobs, else unknown', () => {
    const model = new DurationModel([
      { job: idOf(1), durationsMs: [1000, 1000, 1000], group: 'small' },
      { job: idOf(2), durationsMs: [1000], group: 'small' },
      { job: idOf(3), durationsMs: [100_000], group: 'large' },
    ]);
    const estimates = [
      model.estimate(idOf(1), 'small'),
      model.estimate(idOf(9), 'small'),
      model.estimate(idOf(9), 'other'),
      new DurationModel([]).estimate(idOf(1), 'small'),
    ];
    expect(estimates.map(({ basis }) => basis)).toEqual([
      'own-history',
      'class-history',
      'class-history',
      'no-history',
    ]);
    expect(estimates.map((one) => Math.round(medianOf(one)))).toEqual([1000, 1000, 4642, 60_000]);
    const [own = 0, ...others] = estimates.map(({ logDeviation }) => logDeviation);
    for (const other of others) expect(other).toBeGreaterThan(own);
  });
});
