import { readUserSettings } from '../config/credentials/index.ts';
import { fault } from '../diagnostics/index.ts';
import { machine, pathExists } from '../host/index.ts';
import type { RecipeKind } from '../model/index.ts';
import { type AutogenSettings, type CredentialTable, createAutogenKind } from '../recipes/autogen/index.ts';
import type { Farm } from './farm.ts';
import { blobPathIn, distfilesHostOf, openWorkspace, rootBelow } from './fastpull/index.ts';
import { ownProgram } from './own-program.ts';

/** Autogens of a target, with the settings of the farm. */
export function autogenKind(farm: Farm, target: string): RecipeKind {
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
