import { join } from 'node:path';
import { readUserSettings, type UserSettings } from '../../config/credentials/index.ts';
import type { FarmConfig } from '../../config/index.ts';
import type { Problem } from '../../diagnostics/index.ts';
import {
  type Fastpull,
  type FastpullOptions,
  type FastpullParts,
  openFastpull,
} from '../../fastpull/index.ts';
import { ensureFolder, isFolderWritable, machine } from '../../host/index.ts';
import { openDiskStore } from '../../store/index.ts';
import { farmPaths } from '../farm-paths.ts';
import { isFarm } from '../is-farm.ts';

export interface WorkspaceOptions
  extends Omit<FastpullOptions, 'root' | 'objects' | 'distfilesHost' | 'onProblem'> {
  /** Where a farm may be; without one it is the workspace of the user. */
  readonly farmFolder: string;
  /** Default: METATOOLS_DISTFILES_HOST. */
  readonly distfilesHost?: string | undefined;
  readonly onProblem: (problem: Problem) => void;
}

export type Workspace = Fastpull & { readonly parts: FastpullParts };

/** Root of the stores for whom METATOOLS_WORKSPACE is this folder. */
export const rootBelow = (workspace: string): string => join(workspace, 'repo_tmp');

/** Where everybody will find distfiles: what the environment says wins over the settings of a farm. */
export function distfilesHostOf(config: Pick<FarmConfig, 'distfiles-host'> | undefined): string | undefined {
  return machine.variable('METATOOLS_DISTFILES_HOST') ?? config?.['distfiles-host'];
}

/**
 * Root of the stores without a farm (specification, 1.4): `repo_tmp` below METATOOLS_WORKSPACE if that is set, else below the
 * home folder, else below /var/tmp.
 */
export function workspaceRoot(): string {
  const named = machine.variable('METATOOLS_WORKSPACE');
  if (named !== undefined) return rootBelow(machine.absolute(named));
  const home = machine.variable('HOME');
  const below = home !== undefined && isFolderWritable(home) ? home : '/var/tmp';
  return rootBelow(below);
}

/** Opens the stores of a farm, whose objects are the farm's own, or those of the user. Throws SYS004, CFG010. */
export function openWorkspace({ farmFolder, ...options }: WorkspaceOptions): Workspace {
  const distfilesHost = options.distfilesHost ?? distfilesHostOf(undefined);
  const credentials = options.credentials ?? ownSettings(options.onProblem).credentials;
  const common = { ...options, distfilesHost, credentials };
  if (!isFarm(farmFolder)) return openFastpull({ ...common, root: workspaceRoot() });
  const { fastpull, store } = farmPaths(farmFolder);
  ensureFolder(fastpull);
  return openFastpull({ ...common, root: fastpull, objects: openDiskStore({ root: store }) });
}

/** Those of `~/.autogen`, as the original has them; see `readUserSettings`. */
export function ownSettings(onProblem: (problem: Problem) => void): UserSettings {
  const home = machine.variable('HOME');
  return home === undefined
    ? { credentials: {}, upstreams: {} }
    : readUserSettings(join(home, '.autogen'), onProblem);
}
