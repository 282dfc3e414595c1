import { isFault, messageOf, type Problem, problem } from '../../diagnostics/index.ts';
import { emptyPackageState, type PackageState } from '../../formats/pkgbuild-repo/index.ts';
import { type FileTree, writeFileTree } from '../../host/index.ts';
import type { ScheduleContext, ScheduledPackage } from './context.ts';
import { type LibraryNews, libraryBump } from './libraries.ts';
import { recipeDiffers, sameTree, textOf, withText } from './recipe-files.ts';
import { type RecipeUpdate, type UpstreamNews, updateRecipe } from './update-recipe.ts';
import { commitNews, isWatched } from './watched-commits.ts';

/** What a look at one package found (phase A of specification 7.14); nothing was changed by it. */
export interface Examination {
  readonly name: string;
  readonly package: ScheduledPackage;
  readonly before: FileTree | undefined;
  /** The folder as it would be; undefined: as it is. */
  readonly after: FileTree | undefined;
  /** The change is more than our own `.CI/config`. */
  readonly changesRecipe: boolean;
  readonly origin: RecipeUpdate['origin'];
  readonly isVersionCheck: boolean;
  readonly stateBefore: PackageState;
  readonly state: PackageState;
  /** Branches that moved. */
  readonly moved: readonly string[];
  readonly isBaseline: boolean;
  /** Lines for people and for the commit: what is new. */
  readonly notes: readonly string[];
  /** Why it is rebuilt. */
  readonly rebuilds: readonly string[];
  readonly problems: readonly Problem[];
}

export interface ExamineInput {
  readonly package: ScheduledPackage;
  readonly state: PackageState | undefined;
  readonly upstream: UpstreamNews;
  readonly libraries: LibraryNews;
  readonly before: () => Promise<FileTree>;
  readonly proposed: () => Promise<string | undefined>;
  readonly scratch: string;
}

/**
 * Looks at one package: its recipe's source, its git sources, the libraries it is rebuilt for, its own hook. What fails
 * is a problem of this package alone, and leaves what is known of it as it was.
 */
export async function examine(context: ScheduleContext, input: ExamineInput): Promise<Examination> {
  const { package: one } = input;
  const stateBefore = input.state ?? withSettings(one);
  const problems: Problem[] = [];
  const attempt = async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (context.signal?.aborted) throw error;
      problems.push(
        isFault(error) ? error.problem : problem('CIS004', { what: `'${one.name}': ${messageOf(error)}` }),
      );
      return undefined;
    }
  };
  const update = await attempt(() => updateRecipe(context, { ...input, state: stateBefore, news: input.upstream }));
  problems.push(...(update?.problems ?? []));
  const news = isWatched(one, stateBefore) ? commitNews(one, stateBefore, input.upstream.heads) : undefined;
  problems.push(...(news?.problems ?? []));
  const library = libraryBump(one, input.libraries);
  problems.push(...library.problems);
  const bump = context.settings.rebuildDryRun ? undefined : library.bump;
  const hooked = one.hasUpdateHook
    ? await attempt(() => afterHook(context, input, update?.after))
    : undefined;
  const recipe = hooked ?? update?.after;
  const before = recipe || bump ? await input.before() : undefined;
  const after = bump && before ? withText(recipe ?? before, '.CI/config', bump.settingsText) : recipe;
  return {
    name: one.name,
    package: one,
    before,
    after: after && before && !sameTree(before, after) ? after : undefined,
    changesRecipe: recipe !== undefined,
    origin: update?.after ? update.origin : 'own',
    isVersionCheck: update?.isVersionCheck === true && update.after !== undefined,
    stateBefore,
    state: {
      ...stateBefore,
      ...update?.state,
      commits: news?.commits ?? stateBefore.commits,
    },
    moved: news?.moved ?? [],
    isBaseline: news?.isBaseline ?? false,
    notes: [...(update?.notes ?? []), ...(hooked ? ['changed by update.sh'] : []), ...(news?.moved ?? [])],
    rebuilds: bump?.because ?? [],
    problems,
  };
}

/** Values that older repositories keep in `.CI/config` (specification 3.7). */
function withSettings({ settings }: ScheduledPackage): PackageState {
  return {
    ...emptyPackageState,
    commits: settings.gitCommit === undefined ? new Map() : new Map([['CI_GIT_COMMIT', settings.gitCommit]]),
    pkgbuildTimestamp: settings.pkgbuildTimestamp,
  };
}

/** The folder after its hook; undefined when the hook left it as it was. A hook's change of `.CI` itself does not count. */
async function afterHook(
  context: ScheduleContext,
  input: ExamineInput,
  updated: FileTree | undefined,
): Promise<FileTree | undefined> {
  const start = updated ?? (await input.before());
  const folder = `${input.scratch}/hook`;
  await writeFileTree(folder, start);
  const left = await context.tools.runUpdateHook(folder, input.package.name);
  const after = new Map([
    ...[...left].filter(([path]) => !path.startsWith('.CI/')),
    ...[...start].filter(([path]) => path.startsWith('.CI/')),
  ]);
  if (sameTree(start, after)) return undefined;
  // a hook that edits the PKGBUILD and leaves .SRCINFO behind is completed
  const isStale =
    textOf(start, 'PKGBUILD') !== textOf(after, 'PKGBUILD') &&
    textOf(start, '.SRCINFO') !== undefined &&
    textOf(start, '.SRCINFO') === textOf(after, '.SRCINFO');
  if (!isStale || !recipeDiffers(start, after)) return after;
  const again = `${input.scratch}/hook-srcinfo`;
  await writeFileTree(again, after);
  return withText(after, '.SRCINFO', await context.tools.printSrcinfo(again));
}
