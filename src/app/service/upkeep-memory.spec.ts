import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UpkeepRun } from '../../api/index.ts';
import { parseFarmConfig, type UpkeepConfig } from '../../config/index.ts';
import { dueTimes, type UpkeepMemory } from './upkeep-memory.ts';

const minute = 60_000;
const hour = 60 * minute;
const config = (text: string): UpkeepConfig => {
  const parsed = parseFarmConfig(`recipe-sources: { main: { url: x, upkeep: { ${text} } } }`, 'x');
  return parsed['recipe-sources']['main']?.upkeep as UpkeepConfig;
};
const memory = (more: Partial<UpkeepMemory> = {}): UpkeepMemory => ({
  ...{ paused: false, since: {}, runs: {}, late: 0, packages: {}, failures: 0 },
  ...more,
});
const run = (kind: UpkeepRun['kind'], startedMs: number, more: Partial<UpkeepRun> = {}): UpkeepRun => ({
  ...{
    kind,
    by: 'timer',
    startedMs,
    endedMs: startedMs,
    outcome: 'done',
    problem: null,
    scheduled: [],
    warnings: 0,
  },
  ...more,
});

describe('when runs of the upkeep are due', () => {
  const nowMs = 1_000 * hour;

  it('is at once for the first regular run, and a period later for the first of a trigger', () => {
    const due = dueTimes(
      config('every: 30m, triggers: { daily: 24h }'),
      memory({ since: { 'trigger daily': nowMs } }),
      nowMs,
    );
    expect(due).toEqual([
      { kind: 'on-schedule', atMs: nowMs },
      { kind: 'trigger', trigger: 'daily', atMs: nowMs + 24 * hour },
    ]);
  });

  it('counts from the start of the last run, whenever the manager was started', () => {
    const runs = {
      'on-schedule': run('on-schedule', nowMs - 10 * minute),
      'trigger daily': run('trigger', nowMs - hour),
    };
    expect(dueTimes(config('every: 30m, triggers: { daily: 24h }'), memory({ runs }), nowMs)).toEqual([
      { kind: 'on-schedule', atMs: nowMs + 20 * minute },
      { kind: 'trigger', trigger: 'daily', atMs: nowMs + 23 * hour },
    ]);
  });

  it('is at once after an interruption, and at the next try after the world was in the way', () => {
    const at = (outcome: UpkeepRun['outcome']): number | undefined =>
      dueTimes(
        config('every: 30m'),
        memory({
          runs: { 'on-schedule': run('on-schedule', nowMs - minute, { outcome }) },
          retryMs: nowMs + minute,
        }),
        nowMs,
      )[0]?.atMs;
    expect(at('interrupted')).toBeLessThanOrEqual(nowMs);
    expect(at('later')).toBe(nowMs + minute);
    expect(at('failed')).toBe(nowMs + 29 * minute);
  });

  it('is never for regular runs while a push waits to be put right, and goes on for triggers', () => {
    const runs = { 'on-commit': run('on-commit', nowMs, { outcome: 'failed' }) };
    const due = dueTimes(config('every: 30m, triggers: { daily: 24h }'), memory({ runs }), nowMs);
    expect(due.map(({ kind }) => kind)).toEqual(['trigger']);
    expect(dueTimes(config('every: never'), memory(), nowMs)).toEqual([]);
  });

  it('is never further away than one period, even when the clock was set back', () => {
    const outcomes = fc.constantFrom<UpkeepRun['outcome']>('done', 'failed', 'later', 'interrupted');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000 }), outcomes, (hours, outcome) => {
        const runs = { 'on-schedule': run('on-schedule', hours * hour, { outcome }) };
        const [due] = dueTimes(config('every: 30m'), memory({ runs, retryMs: nowMs + 10 * hour }), nowMs);
        expect(due?.atMs).toBeLessThanOrEqual(nowMs + 30 * minute);
      }),
    );
  });
});
