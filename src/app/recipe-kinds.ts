import type { RecipeKind } from '../model/index.ts';
import {
  createPkgbuildKind,
  type PkgbuildDetails,
  type PkgbuildSettings,
} from '../recipes/pkgbuild/index.ts';
import type { Farm } from './farm.ts';

/** The PKGBUILD kind with the settings of a farm; for a target of its own repositories, when one is named. */
export function pkgbuildKind(
  farm: Pick<Farm, 'config' | 'paths'>,
  target?: string,
): RecipeKind<PkgbuildDetails> {
  return createPkgbuildKind(pkgbuildSettings(farm, target));
}

/** What a farm's settings say to every PKGBUILD job of a target. */
export function pkgbuildSettings(
  { config, paths }: Pick<Farm, 'config' | 'paths'>,
  target?: string,
): PkgbuildSettings {
  const own = target === undefined ? undefined : config.targets[target];
  return {
    assumed: config.dependencies['host-provides'],
    repositories: own?.['extra-repos'] ?? [],
    packager: config.packager,
    compressionLevel: config.publish['compression-level'],
    sameVersion: config.rebuild['same-version'],
    upstreams: new Map(Object.entries(config.sources.map)),
    localSources: { allowed: config.sources.local, farm: paths.root },
  };
}
