import { afterEach, describe, expect, it } from 'vitest';
import { folderOf, recipe, RecipeWorld } from './recipe-world.ts';

let world: RecipeWorld;
afterEach(() => world.dispose());

const aur = 'CI_PKGBUILD_SOURCE=aur\n';

describe('recipes from the AUR', () => {
  it('are committed, noted and scheduled when they change, all in one push', async () => {
    world = await RecipeWorld.open({ ...folderOf('foo', aur), ...folderOf('bar', aur) });
    world.pushToAur('foo', recipe('foo'), { modified: 100 });
    world.pushToAur('bar', recipe('bar'), { modified: 100 });
    const first = await world.run();
    expect(first.delivered).toEqual([]);
    expect(world.show('state', 'foo')).toBe('CI_PKGBUILD_MAINTAINERS=someone\nCI_PKGBUILD_TIMESTAMP=100\n');
    world.pushToAur('foo', recipe('foo', { pkgver: '2' }), { modified: 200 });
    const { report, delivered } = await world.run();
    expect(report.packages.map(({ name, decision }) => [name, decision])).toEqual([
      ['bar', 'nothing'],
      ['foo', 'commit'],
    ]);
    expect(world.subjects()).toEqual(['chore(update): foo', 'init']);
    expect(world.show('main', 'foo/PKGBUILD')).toContain('pkgver=2');
    expect(delivered).toEqual(['foo']);
    expect(world.tip('refs/tags/scheduled')).toBe(world.tip('refs/heads/main'));
    expect(world.show('state', '.commit')).toBe(`${world.tip('refs/heads/main')}\n`);
    expect(world.git(world.checkout, 'rev-parse', 'HEAD')).toBe(world.tip('refs/heads/main'));
    expect(world.git(world.checkout, 'status', '--porcelain')).toBe('');
  });
});
