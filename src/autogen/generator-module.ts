import type { Hub } from './hub.ts';
import type { PkgInfo, PkgSettings } from './pkg-info.ts';

/** A module that writes ebuilds: an `autogen.ts`, or a generator that an `autogen.yaml` names. */
export interface GeneratorModule {
  /** Makes the builds of one package; each gets an object of its own. */
  readonly generate: (hub: Hub, pkg: PkgInfo) => Promise<void>;
  /** Settings below all others. */
  readonly globalDefaults?: PkgSettings | undefined;
  /** May drop, add and edit packages before `generate` sees them. */
  readonly preprocessPackages?: (
    hub: Hub,
    packages: readonly PkgInfo[],
  ) => AsyncIterable<PkgInfo> | undefined;
}
