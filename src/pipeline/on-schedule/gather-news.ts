import type { Problem } from '../../diagnostics/index.ts';
import type { PackageState, VersionRows, WatchedBranch } from '../../formats/pkgbuild-repo/index.ts';
import {
  branchHeads,
  collectAur,
  nextVersionRows,
  type PackageDatabases,
  readPackageDatabases,
  type WantedPackage,
} from '../../upstream/index.ts';
import type { ScheduleContext, ScheduledPackage } from './context.ts';
import type { LibraryNews } from './libraries.ts';
import type { UpstreamNews } from './recipe-update.ts';
import { srcinfoOf } from './srcinfo-of.ts';
import { branchesOf, isWatched } from './watched-commits.ts';

/** All that upstream was asked before packages are looked at. */
export interface GatheredNews {
  readonly upstream: UpstreamNews;
  readonly libraries: LibraryNews;
  /** Rows of `.version-state` after a run for all packages. */
  readonly rows: VersionRows;
  readonly databases: PackageDatabases;
  /**
   * Whether the target has a package: what `CI_LIB_DB` says where the target's own database is among its addresses;
   * undefined when it is not, or cannot be had.
   */
  readonly isPublished: (pkgbase: string) => boolean | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Asks the AUR, the watched databases and the git sources of all packages, side by side: the number of questions grows
 * with what is watched, not with what changed.
 */
export async function gatherNews(
  context: ScheduleContext,
  packages: readonly ScheduledPackage[],
  known: { readonly states: ReadonlyMap<string, PackageState>; readonly rows: VersionRows },
): Promise<GatheredNews> {
  const { fetcher, settings, signal } = context;
  const wanted = packages.filter(({ settings: own }) => own.source === 'aur' && !own.nvchecker).map(wantedOf);
  const branches = branchesToAsk(packages, known.states);
  const { libraryDatabases } = settings;
  context.tell(
    `asking about ${wanted.length} packages of the AUR, ${branches.length} git branches, ${libraryDatabases.length} databases`,
  );
  const [aur, databases, heads] = await Promise.all([
    wanted.length === 0
      ? { found: new Map(), missing: [], problems: [] }
      : collectAur(wanted, {
          fetcher,
          baseUrl: settings.aurUrl,
          mode: settings.aurMode,
          proxy: settings.aurProxy,
          signal,
        }),
    readPackageDatabases(libraryDatabases, { fetcher, signal }),
    branchHeads(branches, {
      fetcher,
      configFile: context.gitConfigFile,
      parallel: settings.maxParallel,
      signal,
    }),
  ]);
  const next = nextVersionRows(known.rows, databases);
  const changed = next.changes.filter(
    ({ pkgbase }) => !context.only && known.rows.size > 0 && !settings.rebuildBlacklist.has(pkgbase),
  );
  return {
    upstream: { aur: aur.found, notInAur: new Set(aur.missing), heads, published: versionsIn(databases) },
    libraries: {
      changed: new Map(changed.map((change) => [change.pkgbase, change])),
      published: known.rows,
    },
    rows: next.rows,
    databases,
    isPublished: publishedIn(databases, settings.buildRepo),
    // what the AUR does not have is told of each package
    problems: [...aur.problems.filter(({ code }) => code !== 'UPS003'), ...databases.problems],
  };
}

function publishedIn(
  { databases }: PackageDatabases,
  target: string,
): (pkgbase: string) => boolean | undefined {
  const isTarget = (url: string): boolean => /([^/]+)\.db(?:\.tar(?:\.\w+)?)?$/.exec(url)?.[1] === target;
  const own = databases.find(({ url }) => isTarget(url))?.packages;
  const bases = own && new Set(own.map(({ pkgbase }) => pkgbase));
  return (pkgbase) => bases?.has(pkgbase);
}

/** Versions by package name; of what a package provides with a version that one. */
function versionsIn({
  databases,
}: PackageDatabases): (name: string, provided?: string) => string | undefined {
  return (name, provided) => {
    const found = databases.flatMap(({ packages }) => packages ?? []).find((one) => one.name === name);
    if (provided === undefined) return found?.version;
    return found?.provides.find((entry) => entry.startsWith(`${provided}=`))?.slice(provided.length + 1);
  };
}

function wantedOf(one: ScheduledPackage): WantedPackage {
  const { name } = one;
  const members = srcinfoOf(one)?.members.map((member) => member.name) ?? [];
  return { pkgbase: name, pkgnames: members.length === 0 ? [name] : members };
}

/** Git sources that are watched, and repositories that recipes come from. */
function branchesToAsk(
  packages: readonly ScheduledPackage[],
  states: ReadonlyMap<string, PackageState>,
): readonly WatchedBranch[] {
  return packages.flatMap((one): readonly WatchedBranch[] => {
    const state = states.get(one.name);
    const watched = isWatched(one, state ?? { commits: new Map(), pkgbuildTimestamp: undefined })
      ? (branchesOf(one) ?? [])
      : [];
    const { source, nvchecker } = one.settings;
    const isUrl = source !== undefined && !nvchecker && !/^(?:aur|custom|gitlab:\d+)$/.test(source);
    return isUrl ? [...watched, { url: source, ref: 'HEAD' }] : watched;
  });
}
