import type { Problem } from '../diagnostics/index.ts';

/** The two texts of a recipe that an update rewrites. */
export interface RecipeTexts {
  /** Names problems. */
  readonly pkgbase: string;
  readonly pkgbuild: string;
  /** Undefined when the folder has none. */
  readonly srcinfo: string | undefined;
}

/**
 * What became of a rewrite. `refused` tells why nothing was changed; it never throws.
 * `sumsAreStale`: a source changed whose checksum is not `SKIP`, so that checksums have to be made anew.
 */
export type Rewrite =
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'rewritten';
      readonly version: string;
      readonly pkgbuild: string;
      readonly srcinfo: string | undefined;
      readonly sumsAreStale: boolean;
    }
  | { readonly kind: 'refused'; readonly problem: Problem };
