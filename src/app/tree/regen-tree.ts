import { parseFarmConfig } from '../../config/index.ts';
import type { Problem } from '../../diagnostics/index.ts';
import { cacheFiles, filesMetadata } from '../../ebuilds/index.ts';
import type { PushReport } from '../../fastpull/index.ts';
import { systemClock, textIfThere } from '../../host/index.ts';
import {
  type MetadataOutcome,
  type MetadataWish,
  type RegenOptions,
  type RegenReport,
  type RegenServices,
  regenerateTree,
} from '../../tree/index.ts';
import { type DoitOptions, doit } from '../autogen/index.ts';
import { metadataReader } from '../ebuild-tree/metadata-reader.ts';
import { farmPaths } from '../farm-paths.ts';
import {
  distfilesHostOf,
  openWorkspace,
  pushObjects,
  type Workspace,
  workspaceRoot,
} from '../fastpull/index.ts';
import { isFarm } from '../is-farm.ts';

/** What `packmill tree regen` is told; see `RegenOptions`. */
export interface TreeRegenOptions
  extends Omit<RegenOptions, 'workspace' | 'distfilesHost' | 'clock' | 'production' | 'push'> {
  /** Where a farm may be, whose stores are then used; otherwise those of the user. */
  readonly farmFolder: string;
  readonly production: boolean;
  readonly push: boolean;
  readonly scope: string | undefined;
  /** Packages at one time; default 64. */
  readonly jobs: number | undefined;
  /** The longest pause that a server may ask for and gets, in milliseconds; default 15 minutes. */
  readonly maxWaitMs?: number | undefined;
  /** Where archives of kits are sent before kits are pushed; undefined: nowhere. */
  readonly cdn: ((workspace: Workspace) => Parameters<typeof pushObjects>[1]) | undefined;
  readonly onProblem: (problem: Problem) => void;
}

/**
 * Makes a release from its sources; see `regenerateTree`. One run at a time works in a workspace: a second one waits. Throws
 * what that throws, and FPL015.
 */
export async function regenTree(options: TreeRegenOptions): Promise<RegenReport> {
  const { farmFolder, onProblem, scope } = options;
  const paths = isFarm(farmFolder) ? farmPaths(farmFolder) : undefined;
  const distfilesHost = distfilesHostOf(
    paths && parseFarmConfig(textIfThere(paths.config) ?? '', paths.config),
  );
  const workspace = openWorkspace({ farmFolder, scope, distfilesHost, onProblem });
  const settings: RegenOptions = {
    ...options,
    workspace: paths?.fastpull ?? workspaceRoot(),
    distfilesHost,
    clock: systemClock,
  };
  try {
    return await workspace.parts.locks.hold('tree-regen', () =>
      regenerateTree(settings, services(options, workspace)),
    );
  } finally {
    await workspace.close();
  }
}

function services(options: TreeRegenOptions, workspace: Workspace): RegenServices {
  const { cdn } = options;
  let edition = 0;
  return {
    runAutogens: (folder, take) => {
      // two branches of a source are laid out in one folder, one after the other
      edition += 1;
      return runAutogens(options, { folder, edition, take });
    },
    readMetadata: (wish) => metadataOfKit(wish, options.signal),
    upload: cdn && ((sha512) => upload(workspace, cdn(workspace), sha512)),
  };
}

/** As `packmill doit` in that folder, with the copy of kit-fixups that the run has brought up to date itself. */
async function runAutogens(options: TreeRegenOptions, run: Pick<DoitOptions, 'folder' | 'edition' | 'take'>) {
  return await doit({
    ...run,
    files: [],
    farmFolder: options.farmFolder,
    immediate: false,
    scope: options.scope,
    forceDynamic: false,
    production: options.production,
    release: options.release,
    category: undefined,
    package: undefined,
    fast: true,
    fixupsUrl: undefined,
    fixupsBranch: options.fixupsBranch,
    jobs: options.jobs,
    failFast: false,
    dryRun: false,
    clean: false,
    distdir: undefined,
    offline: false,
    refetch: [],
    genPath: `\${REPODIR}`,
    maxWaitMs: options.maxWaitMs,
    signal: options.signal,
    onEvent: (event) => {
      if (event.kind === 'pause') options.onEvent(event);
    },
    onProblem: options.onProblem,
  });
}

async function metadataOfKit(wish: MetadataWish, signal: AbortSignal): Promise<MetadataOutcome> {
  const by = metadataReader({ by: 'packmill', workers: undefined, signal });
  const metadata = await filesMetadata({ ...wish, by });
  signal.throwIfAborted();
  const { rows, problems } = metadata;
  return {
    entries: cacheFiles(metadata),
    kept: rows.filter(({ origin }) => origin === 'kept').length,
    made: rows.filter(({ origin }) => origin === 'made').length,
    problems: [...problems, ...rows.flatMap((row) => row.problems)],
  };
}

/** Only what is in the stores: distfiles of upstreams that nobody downloaded here are on their own servers. */
async function upload(
  { blos, parts }: Workspace,
  target: Parameters<typeof pushObjects>[1],
  sha512: readonly string[],
): Promise<PushReport> {
  return await pushObjects(
    parts,
    target,
    sha512.filter((one) => blos.find(one) !== undefined),
  );
}
