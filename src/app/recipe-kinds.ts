import type { RecipeKind } from '../model/index.ts';
import {
  createPkgbuildKind,
  type PkgbuildDetails,
  type PkgbuildSettings,
} from '../recipes/pkgbuild/index.ts';
import { isEbinTarget } from './ebin-targets/is-ebin-target.ts';
import type { Farm } from './farm.ts';
import { isPythonTarget } from './python-targets/is-python-target.ts';
import { isStageTarget } from './stage-targets/is-stage-target.ts';
import { isTreeTarget } from './target-kinds.ts';

/**
 * The kind of the recipes of a target, with the farm's settings; made for each attempt, as credentials are read once. Kinds are loaded when
 * they are wanted: most farms have one, and each takes as long to load as all the rest of a command.
 */
export async function kindOf(farm: Farm, target: string): Promise<RecipeKind> {
  if (!isTreeTarget(farm, target)) return pkgbuildKind(farm, target) as RecipeKind;
  if (isEbinTarget(farm, target))
    return (await import('./ebin-targets/ebin-kind.ts')).ebinKind(farm, target) as RecipeKind;
  if (isStageTarget(farm, target)) return (await import('./stage-targets/stage-kind.ts')).stageKind(farm);
  if (isPythonTarget(farm, target))
    return (await import('./python-targets/python-kind.ts')).pythonKind(farm, target);
  return (await import('./autogen-kind.ts')).autogenKind(farm, target);
}

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
