import { describe, expect, it } from 'vitest';
import type { JobEdge, Plan, PlannedJob } from '../model/index.ts';
import type { Digest, JobId } from '../primitives/index.ts';
import { narrowPlan } from './narrow-plan.ts';

const id = (name: string): JobId => `t/x/${name}` as JobId;
const edge = (name: string, match: JobEdge['match'] = 'output'): JobEdge => ({
  job: id(name),
  because: name,
  match,
  required: true,
});
const job = (name: string, waitsFor: readonly JobEdge[] = [], cycle?: number): PlannedJob => ({
  id: id(name),
  kind: 'pkgbuild',
  name,
  folder: `/${name}`,
  outputs: [name],
  version: '1-1',
  inputDigest: '' as Digest,
  action: 'build',
  reasons: [],
  waitsFor,
  cutEdges: [],
  ...(cycle === undefined ? {} : { cycle }),
  buildClass: undefined,
  expectedMs: undefined,
  criticalPathMs: 1,
});
const plan = (...jobs: PlannedJob[]): Plan => ({ target: 't', arch: 'x', jobs, cycles: [], problems: [] });
const narrowed = (whole: Plan, ...names: string[]): Record<string, unknown> =>
  Object.fromEntries(
    narrowPlan(whole, new Set(names.map(id))).jobs.map((one) => [
      one.name,
      {
        waits: one.waitsFor.map((arrow) => arrow.job.slice(4)),
        outside: one.outside?.map((on) => on.slice(4)),
      },
    ]),
  );

describe('a narrowed plan', () => {
  it('keeps arrows between wanted jobs', () => {
    expect(narrowed(plan(job('a'), job('b', [edge('a')])), 'a', 'b')).toEqual({
      a: { waits: [], outside: undefined },
      b: { waits: ['a'], outside: undefined },
    });
  });
  it('waits for what stands behind jobs that are left out, and knows those', () => {
    const whole = plan(job('base'), job('lib', [edge('base')]), job('app', [edge('lib')]));
    expect(narrowed(whole, 'base', 'app')).toEqual({
      base: { waits: [], outside: undefined },
      app: { waits: ['base'], outside: ['lib'] },
    });
    expect(narrowed(whole, 'app')).toEqual({ app: { waits: [], outside: ['base', 'lib'] } });
  });
  it('does not make a job required because of what stands between', () => {
    const whole = plan(job('base'), job('lib', [edge('base')]), job('app', [edge('lib')]));
    expect(narrowPlan(whole, new Set([id('base'), id('app')])).jobs[1]?.waitsFor[0]?.required).toBe(false);
  });
  it('drops arrows that only keep members of a cycle apart', () => {
    const whole = plan(job('a', [], 1), job('b', [edge('a', 'cycle')], 1));
    expect(narrowed(whole, 'b')).toEqual({ b: { waits: [], outside: undefined } });
    expect(narrowed(whole, 'a', 'b')).toMatchObject({ b: { waits: ['a'] } });
  });
});
