import { afterEach, describe, expect, it } from 'vitest';
import { aur, major, proposing } from './proposed-update.ts';
import { folderOf, recipe } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';

let world: RecipeWorld;
afterEach(() => world.dispose());

describe('trust', () => {
  it.each([
    ['R04 of all who maintain it, whatever the case', 'A\nb\n', undefined],
    ['R04 of one of two', 'a\n', 'not trusted: b'],
    ['R04 of a name that is commented out', '#a\nb\n', 'not trusted: a'],
  ])('%s decides', async (_title, list, reason) => {
    world = await proposing(major, { files: { '.ci/aur-maintainers': list } });
    const { report } = await world.run({ dryRun: true });
    expect(report.packages).toMatchObject([
      reason === undefined
        ? { decision: 'commit' }
        : { decision: 'review', because: expect.stringContaining(reason) },
    ]);
  });

  it('R04 R05 is in nobody who is not there, and in no name that only looks alike', async () => {
    world = await proposing(major, {
      files: { '.ci/aur-maintainers': 'figue\na\n', ...folderOf('bar', aur) },
    });
    world.aur.set('foo', { modified: 2, maintainer: 'f.gue' });
    world.pushToAur('bar', recipe('bar', major), { modified: 2, maintainer: null });
    const { report } = await world.run({ dryRun: true });
    expect(
      report.packages.map(({ decision, because }) => [decision, because.replace(/.*not trusted: /, '')]),
    ).toEqual([
      ['review', 'no maintainer (orphaned)'],
      ['review', 'f.gue'],
    ]);
  });

  it('R06 is not in an address because it is no name of the AUR', async () => {
    world = await RecipeWorld.open(
      {},
      { CI_HUMAN_REVIEW: 'true', CI_TRUSTED_SOURCES: 'git.example.org/team' },
    );
    for (const name of ['x', 'y']) world.pushUpstream(name, recipe(name, major));
    const one = world.urlOf('x');
    world.commit(folderOf('x', `CI_PKGBUILD_SOURCE=${one}\n`));
    const { report } = await world.run();
    expect(report.packages).toMatchObject([{ decision: 'review', because: expect.stringContaining(one) }]);
  });
});

describe('a rebuild for libraries', () => {
  it('goes to main though the new recipe has to be reviewed', async () => {
    const settings = { CI_HUMAN_REVIEW: 'true' };
    world = await proposing({}, { settings, config: `${aur}CI_REBUILD_TRIGGERS=icu\n` });
    const database = world.publish('extra.db', ['icu:76-1', 'foo:1-1']);
    world.commit({ '.ci/config': world.config({ ...settings, CI_LIB_DB: database }) });
    await world.run();
    world.publish('extra.db', ['icu:77-1', 'foo:1-1']);
    world.pushToAur('foo', recipe('foo', major), { modified: 3, maintainer: 'a' });
    const { delivered, report } = await world.run();
    expect(report.packages).toMatchObject([{ decision: 'review' }]);
    expect(delivered).toEqual(['foo']);
    expect(world.show('main', 'foo/.CI/config')).toContain('CI_PACKAGE_BUMP=1-1/1\n');
    expect(world.show('main', 'foo/PKGBUILD')).toContain('pkgver=1\n');
    expect(world.show('update-foo', 'foo/PKGBUILD')).toContain('pkgver=2\n');
    expect(world.show('update-foo', 'foo/.CI/config')).not.toContain('CI_PACKAGE_BUMP');
  });
});
