import type { RecipeTexts, Rewrite } from '../recipe-texts.ts';

export interface NewVersion {
  /** One leading `v` is removed. */
  readonly version: string;
  /** Goes into `_commit=` where the recipe has it. */
  readonly revision?: string | undefined;
  /** Whether an older version is written all the same. */
  readonly force?: boolean | undefined;
}

/**
 * Writes a new upstream version into a recipe (specification 7.10): pkgver, pkgrel, `_commit`, and all elements of all source
 * arrays. An older version than the recipe's, by pacman's order, is refused. Checksums are left to makepkg.
 */
export function applyVersion(_recipe: RecipeTexts, _to: NewVersion): Rewrite {
  throw new Error('not there yet');
}
