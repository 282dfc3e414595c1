import { describe, expect, it } from 'vitest';
import { builtAll, planOf, recipe } from '../../test/planner/recipe-sketch.ts';
import type { Plan } from '../model/index.ts';

/** Arrows as `app -> lib`, without those that only order a cycle. */
const arrows = (plan: Plan): readonly string[] =>
  plan.jobs.flatMap((job) =>
    job.waitsFor
      .filter(({ match }) => match !== 'cycle')
      .map((edge) => `${job.name} -> ${edge.job.split('/')[2]}${edge.required ? '' : '?'}`),
  );
const codes = (plan: Plan): readonly string[] => plan.problems.map(({ code }) => code);

describe('the edge rule', () => {
  it('waits for the recipe that makes the needed package, of every phase and of a split package (E01)', () => {
    const plan = planOf([
      recipe('foo', { outputs: ['foo', 'libfoo'], depends: ['bar>=2', 'baz'], version: '3-1' }),
      recipe('bar', { version: '2.1-1' }),
      recipe('baz'),
      recipe('app', { makedepends: ['libfoo'], checkdepends: ['baz'] }),
    ]);
    expect(arrows(plan).toSorted()).toEqual(['app -> baz', 'app -> foo', 'foo -> bar', 'foo -> baz']);
    expect(plan.problems).toEqual([]);
  });

  it('gives a recipe no names but its own (E02)', () => {
    const plan = planOf([
      recipe('guile1.8', { depends: ['glibc'] }),
      recipe('app', { depends: ['glibc', 'guile1.8'] }),
    ]);
    expect(arrows(plan)).toEqual(['app -> guile1.8']);
  });

  it('makes no arrow between recipes that need nothing (E03)', () => {
    expect(arrows(planOf([recipe('a'), recipe('b', { outputs: [] })]))).toEqual([]);
  });

  it('takes a provides only when no official repository has the name (E04)', () => {
    const recipes = [
      recipe('gtk3-classic', { provides: ['gtk3'] }),
      recipe('app', { depends: ['gtk3'] }),
      recipe('direct', { depends: ['gtk3-classic'] }),
    ];
    const official = planOf(recipes, { policy: { officialNames: new Set(['gtk3']) } });
    expect(arrows(official)).toEqual(['direct -> gtk3-classic']);
    expect(official.problems).toEqual([]);
    expect(arrows(planOf(recipes)).toSorted()).toEqual(['app -> gtk3-classic', 'direct -> gtk3-classic']);
  });

  it('takes a soname though an official repository has it', () => {
    const recipes = [recipe('libx', { provides: ['libx.so'] }), recipe('app', { depends: ['libx.so=1-64'] })];
    const plan = planOf(recipes, { policy: { officialNames: new Set(['libx.so']) } });
    expect(plan.jobs[1]?.waitsFor[0]).toMatchObject({
      match: 'soname',
      because: 'libx.so=1-64',
      required: true,
    });
  });

  it('prefers the package of that name to what provides it', () => {
    const recipes = [
      recipe('lib'),
      recipe('lib-fork', { provides: ['lib'] }),
      recipe('app', { depends: ['lib'] }),
    ];
    expect(arrows(planOf(recipes))).toEqual(['app -> lib']);
  });

  it('reports several providers and waits for none', () => {
    const recipes = [
      recipe('one', { provides: ['thing=2'] }),
      recipe('two', { provides: ['thing=2'] }),
      recipe('old', { provides: ['thing=1'] }),
      recipe('app', { depends: ['thing>=2'] }),
      recipe('old-app', { depends: ['thing=1'] }),
    ];
    const plan = planOf(recipes);
    expect(arrows(plan)).toEqual(['old-app -> old']);
    expect(plan.problems.map(({ what }) => what)).toEqual([
      "'app' needs 'thing>=2', which 'one' and 'two' provide",
    ]);
  });

  it('reports a version out of bounds and does not wait', () => {
    const plan = planOf([recipe('lib', { version: '1.0-1' }), recipe('app', { depends: ['lib>=2'] })]);
    expect(arrows(plan)).toEqual([]);
    expect(plan.problems.map(({ what }) => what)).toEqual([
      "'app' needs 'lib>=2', but 'lib' is planned at 1.0-1",
    ]);
  });

  it('drops arrows of a recipe to itself', () => {
    const plan = planOf([recipe('rust', { provides: ['cargo'], makedepends: ['rust', 'cargo'] })]);
    expect(plan.jobs[0]?.waitsFor).toEqual([]);
    expect(plan.cycles).toEqual([]);
  });

  it('notes a need that nobody offers when the official names are known', () => {
    const app = recipe('app', { depends: ['glbic', 'glibc', 'kept'] });
    expect(codes(planOf([app]))).toEqual([]);
    const plan = planOf([app], {
      policy: { officialNames: new Set(['glibc']) },
      inventory: { recipes: new Map(), published: new Map([['kept', '1-1']]) },
    });
    expect(plan.problems.map(({ what }) => what)).toEqual([
      "'app' needs 'glbic', which nobody is known to offer",
    ]);
  });

  it('does not require what is published well enough already', () => {
    const recipes = [
      recipe('lib', { version: '2-1', provides: ['virtual', 'liblib.so'] }),
      recipe('old', { depends: ['lib>=1'] }),
      recipe('new', { depends: ['lib>=2'] }),
      recipe('any', { depends: ['virtual'] }),
      recipe('so1', { depends: ['liblib.so=1-64'] }),
      recipe('so2', { depends: ['liblib.so=2-64'] }),
    ];
    const inventory = builtAll(recipes.slice(0, 1), {
      lib: { version: '1-1', providedSonames: ['liblib.so.1'] },
    });
    expect(arrows(planOf(recipes, { inventory })).toSorted()).toEqual([
      'any -> lib?',
      'new -> lib',
      'old -> lib?',
      'so1 -> lib?',
      'so2 -> lib',
    ]);
  });

  it('goes by the names that a renamed recipe really made', () => {
    const renamed = recipe('glibc-eac', { outputs: ['glibc'] });
    const recipes = [
      renamed,
      recipe('app', { depends: ['glibc'] }),
      recipe('eac', { depends: ['glibc-eac'] }),
    ];
    const inventory = builtAll([renamed], {
      'glibc-eac': { outputs: ['glibc-eac'], inputDigest: 'b'.repeat(64) as never },
    });
    expect(arrows(planOf(recipes, { inventory }))).toEqual(['eac -> glibc-eac']);
  });
});

describe('recipes that cannot be planned', () => {
  it('leaves out a recipe for another architecture', () => {
    const plan = planOf([recipe('arm', { arch: ['aarch64'] }), recipe('all', { arch: ['any'] })]);
    expect(plan.jobs.map(({ name }) => name)).toEqual(['all']);
    expect(codes(plan)).toEqual(['PLN012']);
  });

  it('plans the first of two recipes of one name and names both places', () => {
    const plan = planOf([recipe('foo', { folder: '/b/foo' }), recipe('foo', { folder: '/a/foo' })]);
    expect(plan.jobs.map(({ folder }) => folder)).toEqual(['/a/foo']);
    expect(plan.problems[0]).toMatchObject({
      code: 'PLN013',
      what: "recipe 'foo' is also in '/a/foo'",
      place: { file: '/b/foo' },
    });
  });

  it('plans one maker of a package, by preference the recipe of its name', () => {
    const plan = planOf([
      recipe('a-foo', { outputs: ['foo'] }),
      recipe('foo'),
      recipe('app', { depends: ['foo'] }),
    ]);
    expect(plan.jobs.map(({ name }) => name)).toEqual(['foo', 'app']);
    expect(plan.problems[0]).toMatchObject({
      code: 'PLN014',
      what: "'a-foo' makes 'foo', as does '/recipes/foo'",
    });
  });
});
