import { fileURLToPath } from 'node:url';
import { readUserSettings } from '../config/credentials/index.ts';
import { fault } from '../diagnostics/index.ts';
import { machine, pathExists, realPath } from '../host/index.ts';
import type { RecipeKind } from '../model/index.ts';
import { type AutogenSettings, type CredentialTable, createAutogenKind } from '../recipes/autogen/index.ts';
import { createEbinKind, type EbinDetails } from '../recipes/ebin/index.ts';
import {
  createPkgbuildKind,
  type PkgbuildDetails,
  type PkgbuildSettings,
} from '../recipes/pkgbuild/index.ts';
import { createPythonKind } from '../recipes/python/index.ts';
import { createStageKind } from '../recipes/stage/index.ts';
import { hasUseFolder } from './ebin-targets/gentoo-root.ts';
import { isEbinTarget } from './ebin-targets/is-ebin-target.ts';
import { existingBuilds } from './ebin-targets/landing.ts';
import { objectKeeper } from './ebin-targets/objects.ts';
import { ebinTargetSettings } from './ebin-targets/settings.ts';
import type { Farm } from './farm.ts';
import { blobPathIn, distfilesHostOf, openWorkspace, rootBelow } from './fastpull/index.ts';
import { isPythonTarget } from './python-targets/is-python-target.ts';
import { pythonMaker } from './python-targets/maker.ts';
import { pythonHands } from './python-targets/open-hands.ts';
import { makerParts } from './stage-targets/hands.ts';
import { isStageTarget } from './stage-targets/is-stage-target.ts';
import { stageMaker } from './stage-targets/make.ts';

/** Whether a target is published as one tree of files: of ebuilds, whoever makes them, of stages, or of symbol data. */
export function isTreeTarget({ config }: Pick<Farm, 'config'>, target: string): boolean {
  const kind = config.targets[target]?.kind;
  return kind === 'ebuild-tree' || kind === 'ebins' || kind === 'stages' || kind === 'python';
}

/** Whether a target is a tree of ebuilds that autogens make. */
export const isAutogenTarget = ({ config }: Pick<Farm, 'config'>, target: string): boolean =>
  config.targets[target]?.kind === 'ebuild-tree';

/** The kind of the recipes of a target, with the farm's settings; made for each attempt, as credentials are read once. */
export function kindOf(farm: Farm, target: string): RecipeKind {
  if (!isTreeTarget(farm, target)) return pkgbuildKind(farm, target) as RecipeKind;
  if (isEbinTarget(farm, target)) return ebinKind(farm, target) as RecipeKind;
  if (isStageTarget(farm, target)) return createStageKind(stageMaker(makerParts(farm))) as RecipeKind;
  if (isPythonTarget(farm, target))
    return createPythonKind(pythonMaker(pythonHands(farm, target, ownProgram()))) as RecipeKind;
  // what a log leaves out must be what the job gets, whatever becomes of the file in between
  const credentials = once(() => autogenCredentials(farm, target));
  return createAutogenKind({
    ...travellingSettings(farm, target),
    ...ownProgram(),
    credentials,
    objectPath: blobOfWorkspace,
    keepDistfile: async ({ path }) => {
      await takeDistfile(farm, path);
      return undefined;
    },
  }) as RecipeKind;
}

/** Ebins of a target, with the settings of the farm. */
function ebinKind(farm: Farm, target: string): RecipeKind<EbinDetails> {
  return createEbinKind({
    index: () => ({
      ...ebinTargetSettings(farm, target),
      ...ownProgram(),
      published: (job) => ({
        tree: farm.trees.list().find(({ name }) => name === target)?.path ?? '',
        packages: farm.trees
          .packages(target)
          .filter(({ from }) => from?.job === job)
          .map(({ name }) => name),
      }),
      keepObject: objectKeeper(farm, target),
    }),
    build: () => ({
      features: farm.config.targets[target]?.features ?? '',
      existing: existingBuilds,
      hasUseFolder: hasUseFolder(farm.config.sandbox['gentoo-root']),
    }),
  });
}

/** What the first call returned or threw, for all calls. */
function once<Result>(read: () => Result): () => Result {
  let end: (() => Result) | undefined;
  return () => {
    if (end) return end();
    try {
      const found = read();
      end = () => found;
    } catch (error) {
      end = () => {
        throw error;
      };
    }
    return end();
  };
}

/** What a farm's settings say to autogens of a target wherever they run. */
export function travellingSettings(
  { config }: Pick<Farm, 'config'>,
  target: string,
): Pick<AutogenSettings, 'upstreams' | 'distfilesHost' | 'release'> {
  return {
    upstreams: config.upstreams,
    distfilesHost: distfilesHostOf(config),
    release: config.targets[target]?.release ?? 'next',
  };
}

/** packmill as it runs here, for sandboxes. */
export function ownProgram(): Pick<AutogenSettings, 'runtime' | 'program'> {
  const own = (name: string) => ({
    name,
    path: realPath(fileURLToPath(new URL(`../../${name}`, import.meta.url))),
  });
  return {
    runtime: realPath(machine.runtime()),
    program: ['src', 'node_modules', 'package.json'].map(own),
  };
}

/** Where a run whose workspace that is keeps an object. */
export const blobOfWorkspace: AutogenSettings['objectPath'] = (workspace, sha512) =>
  blobPathIn(rootBelow(workspace), sha512);

/** Takes a distfile into the stores of the farm; returns its SHA-512. */
export async function takeDistfile({ paths }: Pick<Farm, 'paths'>, path: string): Promise<string> {
  // nothing is asked of anybody, so what is wrong with the settings of a user does not matter
  const workspace = openWorkspace({ farmFolder: paths.root, credentials: {}, onProblem: () => undefined });
  try {
    return (await workspace.blos.insertFile(path)).sha512;
  } finally {
    await workspace.close();
  }
}

/** Who autogens of a target are to servers, read anew. Throws CFG010 for a file that is missing, wrong, or may be read by others. */
export function autogenCredentials({ config }: Pick<Farm, 'config'>, target: string): CredentialTable {
  const named = config.targets[target]?.credentials;
  if (named === undefined) return {};
  const path = named.replace(/^~(?=\/)/, machine.variable('HOME') ?? '/');
  if (!pathExists(path))
    throw fault('CFG010', { what: `the file '${path}' of target '${target}' is missing` });
  return readUserSettings(path, ({ what }) => {
    throw fault('CFG010', { what });
  }).credentials;
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
