import { afterEach, beforeEach, expect, it } from 'vitest';
import { fault } from '../../src/diagnostics/index.ts';
import { folderOf, recipe } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';

let world: RecipeWorld;
/** What was uploaded, and at which commit. */
let uploads: { readonly names: readonly string[]; readonly commit: string }[];
let isAway = false;

const uploadToAur = async (names: readonly string[], commit: string): Promise<readonly string[]> => {
  if (isAway) throw fault('CIU004', { what: 'uploads are called off' });
  uploads.push({ names, commit });
  return [];
};

beforeEach(async () => {
  uploads = [];
  isAway = false;
  world = await RecipeWorld.open({}, { CI_MANAGE_AUR: 'true' });
  for (const name of ['foo', 'bar']) {
    world.pushToAur(name, recipe(name), { modified: 1 });
    world.commit(folderOf(name, `CI_PKGBUILD_SOURCE=aur\n${name === 'foo' ? 'CI_MANAGE_AUR=true\n' : ''}`));
  }
  await world.run({ uploadToAur });
});
afterEach(() => world.dispose());

const updated = (pkgver: string, modified: number): void => {
  for (const name of ['foo', 'bar']) world.pushToAur(name, recipe(name, { pkgver }), { modified });
};

it('7.15 uploads what it scheduled and the AUR gets, at the commit that it pushed, and notes nothing more', async () => {
  expect(uploads).toEqual([]);
  updated('2', 2);
  await world.run({ uploadToAur });
  expect(uploads).toEqual([{ names: ['foo'], commit: world.tip('refs/heads/main') }]);
  expect(world.show('state', '.aur-uploads')).toBeUndefined();
  await world.run({ uploadToAur });
  expect(uploads).toHaveLength(1);
});

it('22.24 uploads with the next run, of whichever kind, what a run that died has left', async () => {
  updated('2', 2);
  isAway = true;
  expect((await world.run({ uploadToAur })).failure).toMatchObject({ code: 'CIU004' });
  expect(world.show('state', '.aur-uploads')).toBe('foo\n');
  expect(world.tip('refs/tags/scheduled')).toBe(world.tip('refs/heads/main'));
  // still called off; and without an upload nobody forgets
  expect((await world.run({ uploadToAur })).failure).toMatchObject({ code: 'CIU004' });
  await world.run();
  expect(world.show('state', '.aur-uploads')).toBe('foo\n');
  isAway = false;
  await world.run({ uploadToAur });
  expect(uploads).toEqual([{ names: ['foo'], commit: world.tip('refs/heads/main') }]);
  expect(world.show('state', '.aur-uploads')).toBeUndefined();
  expect(world.manager.names()).toEqual(['bar', 'foo']);
});
