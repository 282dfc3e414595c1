import { join } from 'node:path';
import {
  findOverlay,
  type MadePackage,
  purgeDistdir,
  type RunEvent,
  type RunProgress,
  type RunReport,
  type RunSettings,
  readUpstreams,
  runAutogens,
} from '../../autogen/index.ts';
import type { FarmConfig } from '../../config/index.ts';
import type { Problem } from '../../diagnostics/index.ts';
import type { Fastpull } from '../../fastpull/index.ts';
import { absolutePath, machine, systemClock, textIfThere } from '../../host/index.ts';
import { type FarmPaths, farmPaths } from '../farm-paths.ts';
import { distfilesHostOf, openWorkspace, ownSettings, workspaceRoot } from '../fastpull/index.ts';
import { isFarm } from '../is-farm.ts';
import { fixupsFolder } from './fixups-folder.ts';
import { systemRepositories } from './mirrors-around.ts';
import { publicModules } from './public-modules.ts';

/** What `packmill doit` is told (specification 1.12). */
export interface DoitOptions {
  /** Where it looks for autogens, and for the overlay upwards. */
  readonly folder: string;
  readonly files: readonly string[];
  /** Where a farm may be, whose stores are then used; otherwise those of the user. */
  readonly farmFolder: string;
  readonly immediate: boolean;
  readonly scope: string | undefined;
  readonly forceDynamic: boolean;
  readonly production: boolean;
  readonly release: string;
  readonly category: string | undefined;
  readonly package: string | undefined;
  /** Only this rule of the files that are lists. */
  readonly rule?: string | undefined;
  /** Packages are written below this folder, each with its Manifest, and the overlay stays as it is. */
  readonly into?: string | undefined;
  /** The repository that the overlay is in; default: the nearest folder upwards with `.git`. */
  readonly repository?: string | undefined;
  readonly fast: boolean;
  readonly fixupsUrl: string | undefined;
  readonly fixupsBranch: string;
  readonly jobs: number | undefined;
  readonly failFast: boolean;
  readonly dryRun: boolean;
  /** Is handed what each package changes; then nothing is written into the overlay. */
  readonly take?: ((made: MadePackage) => void) | undefined;
  readonly clean: boolean;
  readonly distdir: string | undefined;
  readonly offline: boolean;
  /** Addresses that are downloaded again although they are known. */
  readonly refetch: readonly string[];
  /** In front of `gen_path`: an expression that ebuilds can use. */
  readonly genPath: string;
  /** The longest pause that a server may ask for and gets, in milliseconds; default 15 minutes. */
  readonly maxWaitMs?: number | undefined;
  readonly edition?: number | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
  readonly onProblem: (problem: Problem) => void;
}

/** For one generate with all its builds, pauses of servers not counted. */
const timeLimitMs = 30 * 60_000;
const usualMaxWaitMs = 15 * 60_000;

/** Runs autogens of the overlay that a folder is in. See `runAutogens`. */
export async function runDoit(options: DoitOptions): Promise<RunReport> {
  const { files, onProblem, signal } = options;
  const [first] = files;
  const folder = first === undefined ? options.folder : absolutePath(join(first, '..'));
  const overlay = findOverlay(folder, options.repository);
  const opened = await openStores(options);
  const { fastpull, workspace } = opened;
  try {
    const fixups = overlay.isFixups
      ? overlay.repository
      : await fixupsFolder({
          workspace,
          url: options.fixupsUrl ?? machine.variable('FUNTOO_FIXUPS_URL'),
          branch: options.fixupsBranch,
          fast: options.fast || options.offline,
          signal,
          report: onProblem,
        });
    for (const url of options.refetch) await fastpull.integrity().forget(url);
    const settings: RunSettings = {
      overlay,
      fixups,
      into: options.into,
      repositories: systemRepositories,
      release: options.release,
      forceDynamic: options.forceDynamic,
      production: options.production,
      genPathPrefix: options.genPath,
      upstreams: opened.upstreams,
      timeLimitMs: timeLimitMs + (options.maxWaitMs ?? usualMaxWaitMs),
      archiveTime: Number(machine.variable('SOURCE_DATE_EPOCH') ?? 0) || 0,
    };
    return await runAutogens({
      ...options,
      settings,
      fastpull,
      clock: systemClock,
      processors: machine.processors(),
      distdir: options.distdir ?? machine.variable('DISTDIR') ?? '/var/cache/portage/distfiles',
      packages: publicModules,
    });
  } finally {
    await fastpull.close();
  }
}

/** `doit --purge-distdir`: removes copies of archives that were made for Portage. Returns their paths. */
export async function runPurgeDistdir(options: DoitOptions): Promise<readonly string[]> {
  const { fastpull } = await openStores(options);
  try {
    return await purgeDistdir(fastpull.ledger('distdir'));
  } finally {
    await fastpull.close();
  }
}

/** Loaded where there is a farm: reading its settings is a quarter of what a run without one needs to start. */
async function farmConfig(paths: FarmPaths): Promise<FarmConfig> {
  const { parseFarmConfig } = await import('../../config/index.ts');
  return parseFarmConfig(textIfThere(paths.config) ?? '', paths.config);
}

interface Stores {
  readonly fastpull: Fastpull;
  readonly workspace: string;
  readonly upstreams: Readonly<Record<string, string>>;
}

/** Stores of the farm, or of the workspace, with the settings of both and of the user. */
async function openStores(options: DoitOptions): Promise<Stores> {
  const { farmFolder, onProblem } = options;
  const user = ownSettings(onProblem);
  const paths = isFarm(farmFolder) ? farmPaths(farmFolder) : undefined;
  const config = paths && (await farmConfig(paths));
  const distfilesHost = distfilesHostOf(config);
  const fastpull = openWorkspace({
    farmFolder,
    scope: options.scope,
    distfilesHost,
    credentials: user.credentials,
    immediate: options.immediate,
    offline: options.offline,
    maxPauseMs: options.maxWaitMs ?? usualMaxWaitMs,
    onProblem,
  });
  return {
    fastpull,
    workspace: paths?.fastpull ?? workspaceRoot(),
    upstreams: readUpstreams({ ...user.upstreams, ...config?.upstreams }, machine.variable),
  };
}
