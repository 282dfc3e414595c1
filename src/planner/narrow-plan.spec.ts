import { describe, expect, it } from 'vitest';
import { planOf, recipe } from '../../test/planner/recipe-sketch.ts';
import type { JobEdge, Plan, PlannedJob } from '../model/index.ts';
import type { Digest, JobId } from '../primitives/index.ts';
import { checkPlan } from './check-plan.ts';
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
  it('knows the other members of a cycle, and what they need, as jobs that must not run meanwhile', () => {
    const whole = {
      ...plan(
        job('base'),
        job('a', [edge('base')], 1),
        { ...job('b', [edge('a', 'cycle')], 1), cutEdges: [edge('a')] },
        job('app', [edge('b')]),
      ),
      cycles: [[id('a'), id('b')]],
    };
    expect(narrowed(whole, 'a', 'b')).toEqual({
      a: { waits: [], outside: ['base'] },
      b: { waits: ['a'], outside: undefined },
    });
    expect(narrowed(whole, 'a')).toEqual({ a: { waits: [], outside: ['b', 'base'] } });
    expect(narrowed(whole, 'b')).toEqual({ b: { waits: [], outside: ['a', 'base'] } });
    expect(narrowed(whole, 'app')).toEqual({ app: { waits: [], outside: ['a', 'b', 'base'] } });
  });
  it('does not contradict itself when a member of a cycle is left out', () => {
    const whole = planOf([
      recipe('a', { depends: ['b'] }),
      recipe('b', { makedepends: ['a'] }),
      recipe('c', { depends: ['b'] }),
    ]);
    for (const wanted of [['a'], ['b'], ['a', 'c'], ['b', 'c'], ['a', 'b'], ['c']]) {
      const ids = new Set(wanted.map((name) => `local/x86_64/${name}` as JobId));
      expect(checkPlan(narrowPlan(whole, ids)), wanted.join()).toEqual([]);
    }
  });
});
