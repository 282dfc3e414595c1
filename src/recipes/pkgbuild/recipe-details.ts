import type { Srcinfo } from '../../formats/pacman/index.ts';
import type { PackageSettings } from '../../formats/pkgbuild-repo/index.ts';
import type { PackageSource } from './package-source.ts';

/** What only PKGBUILD recipes know of themselves. */
export interface PkgbuildDetails {
  /** `.CI/config`. */
  readonly settings: PackageSettings;
  readonly srcinfo: Srcinfo;
  /** Of all architectures, in the order of `.SRCINFO`, each once. */
  readonly sources: readonly PackageSource[];
  /** Those of them that a version control system fetches. */
  readonly vcsSources: readonly PackageSource[];
  /** Absolute paths of this machine that `file://` and `git+file://` sources name. */
  readonly localSourceFolders: readonly string[];
  /** The PKGBUILD has a `pkgver()`: the version may be another one after the build. */
  readonly hasPkgverFunction: boolean;
  /** Files of `.CI` that change the build (specification 17), relative to the folder. */
  readonly interfereFiles: readonly string[];
}
