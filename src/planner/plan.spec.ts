import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtAll, planOf, recipe } from '../../test/planner/recipe-sketch.ts';
import type { Plan, Recipe } from '../model/index.ts';
import {
  checkPlan,
  diffPlans,
  explainJob,
  planJson,
  renderPlanDiff,
  renderPlanDot,
  whyPath,
} from './index.ts';

const names = (plan: Plan): readonly string[] => plan.jobs.map(({ name }) => name);

const anyRecipes: fc.Arbitrary<readonly Recipe[]> = fc.integer({ min: 1, max: 14 }).chain((count) => {
  const name = fc.nat(count + 2).map((n) => `r${n}`);
  const sketch = fc.record({
    depends: fc.array(name, { maxLength: 3 }),
    makedepends: fc.array(name, { maxLength: 2 }),
    provides: fc.array(name, { maxLength: 1 }),
    digest: fc.constantFrom('a', 'b'),
  });
  return fc
    .array(sketch, { minLength: count, maxLength: count })
    .map((sketches) => sketches.map((each, n) => recipe(`r${n}`, each)));
});

describe('a plan', () => {
  it('passes its own check, whatever recipes depend on', () => {
    fc.assert(
      fc.property(anyRecipes, (recipes) => {
        expect(checkPlan(planOf(recipes))).toEqual([]);
      }),
    );
  });

  it('is the same in whatever order the recipes come', () => {
    fc.assert(
      fc.property(anyRecipes, (recipes) => {
        const inventory = builtAll(
          recipes.map((each) => ({ ...each, inputDigest: 'a'.repeat(64) as never })),
        );
        expect(planOf(recipes.toReversed(), { inventory })).toEqual(planOf(recipes, { inventory }));
      }),
    );
  });

  it('survives JSON and is frozen to the bottom', () => {
    const plan = planOf([recipe('a', { depends: ['b'] }), recipe('b')]);
    expect(JSON.parse(planJson(plan))).toEqual(JSON.parse(JSON.stringify(plan)));
    expect(Object.isFrozen(plan.jobs[1]?.waitsFor[0])).toBe(true);
  });

  it('never leaves two jobs of one cycle free to run at the same time', () => {
    fc.assert(
      fc.property(anyRecipes, (recipes) => {
        const plan = planOf(recipes);
        const before = new Map<string, Set<string>>();
        for (const job of plan.jobs) {
          const all = new Set<string>();
          for (const { job: on } of job.waitsFor)
            for (const id of [on, ...(before.get(on) ?? [])]) all.add(id);
          before.set(job.id, all);
        }
        for (const members of plan.cycles) {
          for (const a of members) {
            for (const b of members) {
              expect(a === b || before.get(a)?.has(b) || before.get(b)?.has(a)).toBe(true);
            }
          }
        }
      }),
    );
  });
});

describe('cycles', () => {
  const base = recipe('base');
  const a = recipe('a', { depends: ['b'], makedepends: ['base'] });
  const b = recipe('b', { makedepends: ['a'] });
  const c = recipe('c', { depends: ['a'] });

  it('runs the members one after the other, after all that any of them needs (B02)', () => {
    const plan = planOf([a, b, c, base]);
    expect(names(plan)).toEqual(['base', 'a', 'b', 'c']);
    expect(plan.cycles).toEqual([['local/x86_64/a', 'local/x86_64/b']]);
    expect(plan.jobs[1]).toMatchObject({ cycle: 1, cutEdges: [{ job: 'local/x86_64/b', because: 'b' }] });
    expect(plan.jobs[2]?.waitsFor.map(({ job }) => job)).toContain('local/x86_64/a');
    expect(plan.problems.map(({ code, what }) => `${code} ${what}`)).toEqual([
      "PLN018 'a', 'b' depend on each other",
    ]);
  });

  it('cuts where the published package will do', () => {
    const plan = planOf([a, b, c, base], { inventory: builtAll([a]) });
    expect(names(plan)).toEqual(['base', 'b', 'a', 'c']);
    expect(plan.jobs[1]?.cutEdges[0]?.because).toBe('a');
  });

  it('makes the first member wait for what only the others need', () => {
    const late = recipe('b', { makedepends: ['a', 'tool'] });
    const plan = planOf([a, late, base, recipe('tool')]);
    const first = plan.jobs.find(({ name }) => name === 'a');
    expect(first?.waitsFor).toContainEqual({
      job: 'local/x86_64/tool',
      because: 'cycle 1',
      match: 'cycle',
      required: false,
    });
  });
});

describe('explanations', () => {
  const recipes = [
    recipe('base'),
    recipe('lib', { depends: ['base'], outputs: ['lib', 'lib-doc'] }),
    recipe('app', { makedepends: ['lib>=1'] }),
  ];

  it('says why a job is in, what it waits for and who needs it', () => {
    const plan = planOf(recipes, { durations: new Map([['lib', 90_000]]) });
    expect(explainJob(plan, 'lib')).toEqual([
      'lib 1.0-1 is built: never built',
      'makes lib, lib-doc',
      "waits for 'base', because it needs 'base' and 'base' makes it",
      'needed by app',
      'expected to take 1m30s, 3m00s with what follows',
    ]);
    expect(explainJob(plan, 'local/x86_64/nope')).toBeUndefined();
  });

  it('finds the chain of needs from one job to another', () => {
    const path = whyPath(planOf(recipes), 'app', 'base');
    expect(path?.map(({ job, edge }) => `${job} needs ${edge.because}`)).toEqual([
      'local/x86_64/app needs lib>=1',
      'local/x86_64/lib needs base',
    ]);
    expect(whyPath(planOf(recipes), 'base', 'app')).toBeUndefined();
  });

  it('draws the plan with its cut arrows dotted', () => {
    const dot = renderPlanDot(planOf([recipe('a', { depends: ['b'] }), recipe('b', { depends: ['a'] })]));
    expect(dot).toContain('"local/x86_64/a" [label="a 1.0-1", style="bold"];');
    expect(dot).toContain('style="dotted"');
  });
});

describe('comparing plans', () => {
  it('tells what came, went and changed', () => {
    const before = planOf([recipe('gone'), recipe('same'), recipe('lib')]);
    const after = planOf([recipe('same'), recipe('lib', { version: '2-1', digest: 'b' }), recipe('came')]);
    expect(renderPlanDiff(diffPlans(before, after))).toBe(
      '+ local/x86_64/came 1.0-1\n- local/x86_64/gone 1.0-1\n~ local/x86_64/lib 1.0-1 -> 2-1: version, inputDigest\n',
    );
    expect(renderPlanDiff(diffPlans(after, after))).toBe('the plans are the same\n');
  });
});

describe('checking a plan', () => {
  const good = planOf([recipe('a', { depends: ['b'] }), recipe('b')]);
  const [first, second] = good.jobs as [Plan['jobs'][0], Plan['jobs'][0]];
  const complaints = (jobs: Plan['jobs']): readonly string[] =>
    checkPlan({ ...good, jobs }).map(({ what }) => what);

  it('finds a job before what it waits for', () => {
    expect(complaints([second, first])).toEqual([
      "'local/x86_64/a' waits for 'local/x86_64/b', which stands not before it",
    ]);
  });

  it('finds an arrow to nowhere', () => {
    expect(complaints([second])).toEqual([
      "'local/x86_64/a' waits for 'local/x86_64/b', which is not in the plan",
    ]);
  });

  it('finds two makers of one package and a job that stands twice', () => {
    expect(complaints([first, { ...second, outputs: ['b'] }])).toEqual([
      "'local/x86_64/b' and 'local/x86_64/a' both make 'b'",
    ]);
    expect(complaints([first, first])).toEqual(["job 'local/x86_64/b' stands twice in the plan"]);
  });
});
