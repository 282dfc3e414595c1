import { describe, expect, it } from 'vitest';
import { builtAll, digestOf, planOf, recipe } from '../../test/planner/recipe-sketch.ts';
import type { Plan } from '../model/index.ts';

const decided = (plan: Plan): Record<string, string> =>
  Object.fromEntries(
    plan.jobs.map((job) => [job.name, `${job.action}: ${job.reasons.map(({ kind }) => kind).join(', ')}`]),
  );

describe('reasons', () => {
  const lib = recipe('lib');
  const mid = recipe('mid', { depends: ['lib'] });
  const app = recipe('app', { depends: ['mid'] });
  const other = recipe('other');
  const all = [lib, mid, app, other];

  it('builds what was never built', () => {
    expect(decided(planOf([lib]))).toEqual({ lib: 'build: new' });
  });

  it('keeps what is up to date', () => {
    const inventory = builtAll(all);
    expect(new Set(Object.values(decided(planOf(all, { inventory }))))).toEqual(
      new Set(['keep: up-to-date']),
    );
  });

  it('builds a changed version, and its dependants only if it broke them', () => {
    const changed = recipe('lib', { version: '2.0-1', digest: 'b' });
    const plan = planOf([changed, mid, app, other], { inventory: builtAll(all) });
    expect(decided(plan)).toEqual({
      lib: 'build: version-changed',
      mid: 'build-if-broken: dependency-rebuilt',
      app: 'build-if-broken: dependency-rebuilt',
      other: 'keep: up-to-date',
    });
    expect(plan.jobs[0]?.reasons).toEqual([{ kind: 'version-changed', from: '1.0-1', to: '2.0-1' }]);
  });

  it('tells a changed recipe of the same version apart', () => {
    const plan = planOf([recipe('lib', { digest: 'b' })], { inventory: builtAll([lib]) });
    expect(decided(plan)).toEqual({ lib: 'build: recipe-changed' });
  });

  it('does not compare versions that only the build tells', () => {
    const inventory = builtAll([lib], { lib: { version: 'r9.abc-1' } });
    const plan = planOf([recipe('lib', { digest: 'b', dynamic: true })], { inventory });
    expect(plan.jobs[0]?.reasons).toEqual([{ kind: 'inputs-changed', since: 'r9.abc-1' }]);
  });

  it('keeps a recipe whose version is another one after the build only because pkgver() ran', () => {
    const inventory = builtAll([lib], { lib: { version: 'r9.abc-1' } });
    const plan = planOf([lib], { inventory });
    expect(plan.jobs[0]?.reasons).toEqual([{ kind: 'up-to-date', version: 'r9.abc-1' }]);
  });

  it('tries again what did not finish', () => {
    const plan = planOf([lib, other], {
      inventory: {
        recipes: new Map([
          ['lib', { unfinished: 'failed' as const }],
          ['other', { ...builtAll([other]).recipes.get('other'), unfinished: 'timed-out' as const }],
        ]),
        published: new Map(),
      },
    });
    expect(decided(plan)).toEqual({ lib: 'build: not-finished', other: 'build: not-finished' });
  });

  it('builds what was asked for, one recipe or all', () => {
    const inventory = builtAll(all);
    const one = planOf(all, { inventory, policy: { officialNames: new Set(), rebuild: new Set(['other']) } });
    expect(decided(one)).toMatchObject({ other: 'build: asked', lib: 'keep: up-to-date' });
    const every = planOf(all, { inventory, policy: { officialNames: new Set(), rebuild: 'all' } });
    expect(decided(every)).toMatchObject({ lib: 'build: asked', app: 'build: asked' });
  });

  it('builds what a run left broken when it was ended between library and user', () => {
    const inventory = builtAll(all, {
      lib: { providedSonames: ['liblib.so.2'] },
      mid: { neededSonames: ['liblib.so.1', 'libc.so.6'] },
    });
    const plan = planOf(all, { inventory });
    expect(decided(plan)).toMatchObject({
      mid: 'build: soname-missing',
      app: 'build-if-broken: dependency-rebuilt',
    });
    expect(plan.jobs.find(({ name }) => name === 'mid')?.reasons).toEqual([
      { kind: 'soname-missing', dependency: 'lib', soname: 'liblib.so.1' },
    ]);
  });
});

describe('priority', () => {
  it('is the longest chain of expected durations, kept jobs free of charge', () => {
    const recipes = [
      recipe('a'),
      recipe('b', { depends: ['a'] }),
      recipe('c', { depends: ['a'] }),
      recipe('kept', { depends: ['c'] }),
    ];
    const plan = planOf(recipes, {
      durations: new Map([
        ['a', 100],
        ['b', 1000],
        ['kept', 5],
      ]),
      policy: { officialNames: new Set(), defaultDurationMs: 70 },
      inventory: {
        recipes: new Map([
          [
            'kept',
            {
              success: {
                inputDigest: digestOf('a'),
                version: '1.0-1',
                outputs: ['kept'],
                providedSonames: [],
                neededSonames: [],
              },
            },
          ],
        ]),
        published: new Map(),
      },
    });
    const paths = Object.fromEntries(
      plan.jobs.map(({ name, criticalPathMs, expectedMs }) => [name, [expectedMs, criticalPathMs]]),
    );
    expect(paths).toEqual({ a: [100, 1100], b: [1000, 1000], c: [undefined, 75], kept: [5, 5] });
  });
});
