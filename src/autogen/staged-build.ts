import type { ManifestEntry } from '../formats/gentoo/index.ts';

/** An ebuild that is finished and not written yet. */
export interface StagedBuild {
  /** `category/name`. */
  readonly catpkg: string;
  /** `NAME-VERSION[-rN].ebuild`. */
  readonly fileName: string;
  readonly version: string;
  readonly text: string;
  /** One for each distfile. */
  readonly entries: readonly ManifestEntry[];
}
