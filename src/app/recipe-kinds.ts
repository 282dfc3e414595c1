import type { RecipeKind } from '../model/index.ts';
import { createPkgbuildKind, type PkgbuildDetails } from '../recipes/pkgbuild/index.ts';
import type { Farm } from './farm.ts';

/** The PKGBUILD kind with the settings of a farm. */
export function pkgbuildKind(farm: Pick<Farm, 'config' | 'paths'>): RecipeKind<PkgbuildDetails> {
  const { config, paths } = farm;
  return createPkgbuildKind({
    packager: config.packager,
    compressionLevel: config.publish['compression-level'],
    sameVersion: config.rebuild['same-version'],
    upstreams: new Map(Object.entries(config.sources.map)),
    localSources: { allowed: config.sources.local, farm: paths.root },
  });
}
