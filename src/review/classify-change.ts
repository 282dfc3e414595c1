import type { Problem } from '../diagnostics/index.ts';
import type { RecipeFolder } from './recipe-folder.ts';

export type ChangeSize = 'none' | 'minor' | 'major';

/** Why a change is what it is. `rule` is a word for machines, `what` a line for people. */
export interface ChangeReason {
  readonly file: string;
  readonly line?: number;
  readonly what: string;
  readonly rule: string;
}

export interface Classification {
  readonly size: ChangeSize;
  /** Every rule that makes it major; for a minor one what changed. */
  readonly reasons: readonly ChangeReason[];
  /** REV002 for each expression of the allow list that is none; it then allows nothing. */
  readonly problems: readonly Problem[];
}

/**
 * How much a change of a recipe is (specification 7.11, 7.12): `none` when PKGBUILD and .SRCINFO are the same,
 * `minor` when all that differs are versions, releases and checksums, otherwise `major`. `allow` are the
 * expressions of CI_PKGBUILD_CHANGE_ALLOW_REGEX. Never throws.
 */
export function classifyChange(
  _before: RecipeFolder,
  _after: RecipeFolder,
  _options: { readonly allow: readonly string[] },
): Classification {
  return { size: 'major', reasons: [], problems: [] };
}
