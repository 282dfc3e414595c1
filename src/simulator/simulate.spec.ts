import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobEdge, Plan, PlannedJob } from '../model/index.ts';
import { builderName, type Digest, type JobId } from '../primitives/index.ts';
import { seededChance } from './chance.ts';
import { lowerBound } from './lower-bound.ts';
import { policyNames, withPolicy } from './policy.ts';
import { type Fate, type SimulationRequest, simulate } from './simulate.ts';
import { summarize } from './summary.ts';
import type { VirtualBuilder } from './virtual-builder.ts';

const startMs = 1000;
const idOf = (name: string): JobId => `local/x86_64/${name}` as JobId;

interface Sketch {
  readonly ms: number;
  readonly needs?: readonly string[];
  readonly action?: PlannedJob['action'];
  readonly buildClass?: number | string;
  readonly cycle?: number;
  readonly pathMs?: number;
}

function planOf(sketch: Readonly<Record<string, Sketch>>): Plan {
  const jobs = Object.entries(sketch).map(
    ([name, job]): PlannedJob => ({
      id: idOf(name),
      kind: 'pkgbuild',
      name,
      folder: `/recipes/${name}`,
      outputs: [name],
      version: '1-1',
      inputDigest: 'a'.repeat(64) as Digest,
      action: job.action ?? 'build',
      reasons: [{ kind: 'new' }],
      waitsFor: (job.needs ?? []).map(
        (on): JobEdge => ({ job: idOf(on), because: on, match: 'output', required: true }),
      ),
      cutEdges: [],
      ...(job.cycle === undefined ? {} : { cycle: job.cycle }),
      buildClass: job.buildClass,
      expectedMs: job.ms,
      criticalPathMs: job.pathMs ?? job.ms,
    }),
  );
  return { target: 'local', arch: 'x86_64', jobs, cycles: [], problems: [] };
}

const crew = (slots: readonly number[], speed = 1): readonly VirtualBuilder[] =>
  slots.map((count, at) => ({
    name: builderName(`b${at}`),
    builderClass: at + 1,
    labels: [],
    arches: ['x86_64'],
    slots: count,
    speed,
  }));

function run(sketch: Readonly<Record<string, Sketch>>, more: Partial<SimulationRequest> = {}) {
  const plan = planOf(sketch);
  const simulation = simulate({
    startMs,
    builders: crew([1]),
    arrivals: [{ atMs: startMs, plan }],
    usualArch: 'x86_64',
    decide: () => true,
    fate: ({ position }) => ({ durationMs: plan.jobs[position]?.expectedMs ?? 0, outcome: 'succeeded' }),
    ...more,
  });
  const jobs = [...simulation.jobs.values()];
  const of = (name: string) => jobs.find(({ job }) => job.id === idOf(name));
  return { simulation, of, plan };
}

describe('simulation', () => {
  it('runs a chain one after the other, and what is free beside it on another builder', () => {
    const { simulation, of } = run(
      { lib: { ms: 50, pathMs: 80 }, app: { ms: 30, needs: ['lib'] }, doc: { ms: 60 } },
      { builders: crew([1, 1]) },
    );
    expect(of('app')).toMatchObject({ readyMs: 1050, startedMs: 1050, endedMs: 1080, state: 'succeeded' });
    expect(of('doc')).toMatchObject({ startedMs: 1000, endedMs: 1060 });
    expect(simulation.endMs).toBe(1080);
    expect(summarize(simulation, startMs)).toMatchObject({ makespanMs: 80, ran: 3, utilisation: 140 / 160 });
  });

  it('blocks what needs a failed job, spares what nobody broke, and keeps what is up to date', () => {
    const fate = ({ id }: { readonly id: string }): Fate =>
      id.endsWith('/lib') ? { durationMs: 10, outcome: 'failed' } : { durationMs: 10, outcome: 'succeeded' };
    const { of } = run(
      {
        lib: { ms: 10 },
        app: { ms: 10, needs: ['lib'] },
        old: { ms: 10, action: 'keep' },
        other: { ms: 10 },
        maybe: { ms: 10, action: 'build-if-broken', needs: ['other'] },
      },
      { fate, decide: () => false },
    );
    expect(['lib', 'app', 'old', 'other', 'maybe'].map((name) => of(name)?.state)).toEqual([
      'failed',
      'blocked',
      'already-built',
      'succeeded',
      'already-built',
    ]);
  });

  it('gives the longest path the first slot, and leaves jobs to builders of their class', () => {
    const { of } = run(
      {
        short: { ms: 10 },
        long: { ms: 10, pathMs: 1000 },
        heavy: { ms: 10, buildClass: 2 },
        named: { ms: 10, buildClass: 'b0' },
      },
      { builders: crew([1, 1]) },
    );
    expect(of('named')).toMatchObject({ builder: 'b0', startedMs: 1000 });
    expect(of('heavy')).toMatchObject({ builder: 'b1', startedMs: 1000 });
    expect(of('long')).toMatchObject({ startedMs: 1010 });
  });

  it('names what no builder may take, and what waits for it', () => {
    const { simulation } = run({
      big: { ms: 10, buildClass: 7 },
      app: { ms: 10, needs: ['big'] },
      ok: { ms: 1 },
    });
    expect(summarize(simulation, startMs).stuck).toEqual([idOf('big'), idOf('app')]);
  });

  it('lets a plan that comes later replace jobs of the one before', () => {
    const first = planOf({ lib: { ms: 50 }, app: { ms: 10, needs: ['lib'] } });
    const second = planOf({ app: { ms: 20 } });
    const simulation = simulate({
      startMs,
      builders: crew([2]),
      arrivals: [
        { atMs: startMs, plan: first },
        { atMs: startMs + 20, plan: second },
      ],
      usualArch: 'x86_64',
      decide: () => true,
      fate: ({ plan, position }) => ({
        durationMs: (plan === 1 ? first : second).jobs[position]?.expectedMs ?? 0,
        outcome: 'succeeded',
      }),
    });
    expect([...simulation.jobs.values()].map(({ job, state }) => [job.plan, job.id, state])).toEqual([
      [1, idOf('lib'), 'succeeded'],
      [1, idOf('app'), 'canceled'],
      [2, idOf('app'), 'succeeded'],
    ]);
  });

  it('takes no longer on builders that are twice as fast', () => {
    const sketch = { lib: { ms: 50 }, app: { ms: 30, needs: ['lib'] } };
    expect(run(sketch, { builders: crew([1], 2) }).simulation.endMs).toBe(1040);
  });

  it('is never below the lower bound, and never above what Graham proved, whatever the policy', () => {
    const sizes = fc.record({
      jobs: fc.integer({ min: 1, max: 40 }),
      slots: fc.integer({ min: 1, max: 5 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(sizes, fc.constantFrom(...policyNames), ({ jobs, slots, seed }, policy) => {
        const chance = seededChance(seed);
        const sketch: Record<string, Sketch> = {};
        for (let at = 0; at < jobs; at += 1) {
          const needs = Array.from({ length: Math.floor(chance.even() * 3) }, () =>
            Math.floor(chance.even() * at),
          );
          sketch[`j${at}`] = {
            ms: 1 + Math.floor(chance.even() * 100),
            needs: at === 0 ? [] : [...new Set(needs)].map((on) => `j${on}`),
          };
        }
        const plan = planOf(sketch);
        const builders = crew([slots]);
        const { simulation } = run(sketch, {
          builders,
          arrivals: [{ atMs: startMs, plan: withPolicy(plan, policy) }],
        });
        const durationMs = ({ job }: { readonly job: { readonly position: number } }) =>
          plan.jobs[job.position]?.expectedMs ?? 0;
        const bound = lowerBound(simulation, {
          startMs,
          builders,
          usualArch: 'x86_64',
          durationMs,
          releaseMs: () => startMs,
        });
        const makespanMs = simulation.endMs - startMs;
        expect(makespanMs).toBeGreaterThanOrEqual(bound.boundMs - 1e-6);
        expect(makespanMs).toBeLessThanOrEqual(bound.workMs + bound.pathMs + 1e-6);
        // one after the other: there is nothing to decide
        if (slots === 1) expect(makespanMs).toBeCloseTo(bound.workMs);
      }),
    );
  });
});
