import type { LocalSourcePolicy, UpstreamMap } from './upstream-map.ts';

/** What a farm's settings say to every PKGBUILD job. */
export interface PkgbuildSettings {
  readonly packager: string;
  readonly compressionLevel: number;
  /** A changed recipe with an unchanged version: raise pkgrel, or leave the published package alone. */
  readonly sameVersion: 'bump' | 'keep';
  readonly upstreams: UpstreamMap;
  readonly localSources: LocalSourcePolicy;
  /** Exit code by which recipes say that they are to be skipped (`CI_CODE_SKIP`). Default 123. */
  readonly skipCode?: number | undefined;
  /** Names that the root is known to offer: pacman is told that they are installed. */
  readonly assumed?: readonly string[] | undefined;
  /** Repositories that pacman.conf names beside the packages that are handed in. */
  readonly repositories?:
    | readonly { readonly name: string; readonly servers: readonly string[] }[]
    | undefined;
}
