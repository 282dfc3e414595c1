import { fileURLToPath } from 'node:url';
import { machine, realPath } from '../host/index.ts';
import type { RecipeKind } from '../model/index.ts';
import { createAutogenKind } from '../recipes/autogen/index.ts';
import {
  createPkgbuildKind,
  type PkgbuildDetails,
  type PkgbuildSettings,
} from '../recipes/pkgbuild/index.ts';
import type { Farm } from './farm.ts';
import { blobPathIn, distfilesHostOf, openWorkspace, rootBelow } from './fastpull/index.ts';

/** Whether a target is a tree of ebuilds; its recipes are autogens then. */
export function isEbuildTree({ config }: Pick<Farm, 'config'>, target: string): boolean {
  return config.targets[target]?.kind === 'ebuild-tree';
}

/** The kind of the recipes of a target, with the farm's settings. */
export function kindOf(farm: Pick<Farm, 'config' | 'paths'>, target: string): RecipeKind {
  if (!isEbuildTree(farm, target)) return pkgbuildKind(farm, target) as RecipeKind;
  const { config, paths } = farm;
  const own = (name: string) => ({
    name,
    path: realPath(fileURLToPath(new URL(`../../${name}`, import.meta.url))),
  });
  return createAutogenKind({
    upstreams: config.upstreams,
    distfilesHost: distfilesHostOf(config),
    release: 'next',
    runtime: realPath(machine.runtime()),
    program: ['src', 'node_modules', 'package.json'].map(own),
    objectPath: (workspace, sha512) => blobPathIn(rootBelow(workspace), sha512),
    keepDistfile: async (path) => {
      const workspace = openWorkspace({ farmFolder: paths.root, onProblem: () => undefined });
      try {
        await workspace.blos.insertFile(path);
      } finally {
        await workspace.close();
      }
    },
  }) as RecipeKind;
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
