import { isFault, messageOf, type Problem, problem } from '../../diagnostics/index.ts';
import { emptyPackageState, type PackageState } from '../../formats/pkgbuild-repo/index.ts';
import { type FileTree, writeFileTree } from '../../host/index.ts';
import { recipeDiffers, sameTree, textOf, withText } from '../recipe-files.ts';
import type { ScheduleContext, ScheduledPackage } from './context.ts';
import { type LibraryBump, type LibraryNews, libraryBump } from './libraries.ts';
import type { RecipeUpdate, UpstreamNews } from './recipe-update.ts';
import { updateRecipe } from './update-recipe.ts';
import { type CommitNews, commitNews, isWatched } from './watched-commits.ts';

/** What a look at one package found (phase A of specification 7.14); nothing was changed by it. */
export interface Examination {
  readonly name: string;
  readonly package: ScheduledPackage;
  /** Only what libraries mean for it was looked at: it failed too often of late. */
  readonly isLeftAlone: boolean;
  readonly before: FileTree | undefined;
  /** The folder as its source, or its hook, has it; undefined: nothing new there. */
  readonly recipe: FileTree | undefined;
  /** A rebuild for libraries, which changes `.CI/config` only. */
  readonly bump: LibraryBump | undefined;
  readonly origin: RecipeUpdate['origin'];
  /** `.CI/update.sh` had a part in it. */
  readonly isHooked: boolean;
  readonly isVersionCheck: boolean;
  readonly stateBefore: PackageState;
  readonly state: PackageState;
  /** Branches that moved. */
  readonly moved: readonly string[];
  readonly isBaseline: boolean;
  /** Lines for people: what is new. */
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

export interface ExamineInput {
  readonly package: ScheduledPackage;
  readonly state: PackageState | undefined;
  /** When it was last updated or scheduled, ms since the epoch. */
  readonly updatedMs: number | undefined;
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
  const problems: Problem[] = [...one.problems];
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
  const update = await attempt(() =>
    updateRecipe(context, { ...input, state: stateBefore, news: input.upstream }),
  );
  problems.push(...(update?.problems ?? []));
  const news = watchedNews(context, input, stateBefore);
  problems.push(...(news?.problems ?? []));
  const library = libraryBump(one, input.libraries);
  problems.push(...library.problems);
  const hooked = one.hasUpdateHook
    ? await attempt(() => afterHook(context, input, update?.after))
    : undefined;
  const recipe = hooked ?? update?.after;
  const { rebuildDryRun } = context.settings;
  if (library.bump && rebuildDryRun) problems.push(wouldBump(one.name, library.bump));
  const bump = rebuildDryRun ? undefined : library.bump;
  const before = recipe || bump ? await input.before() : undefined;
  return {
    name: one.name,
    package: one,
    isLeftAlone: false,
    before,
    recipe: recipe && before && !sameTree(before, recipe) ? recipe : undefined,
    bump,
    origin: update?.after ? update.origin : 'own',
    isHooked: hooked !== undefined,
    isVersionCheck: update?.isVersionCheck === true && update.after !== undefined,
    stateBefore,
    state: { ...stateBefore, ...update?.state, commits: news?.commits ?? stateBefore.commits },
    moved: news?.moved ?? [],
    isBaseline: news?.isBaseline ?? false,
    notes: [...(update?.notes ?? []), ...(hooked ? ['changed by update.sh'] : []), ...(news?.notes ?? [])],
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

/**
 * What moved in the git sources. Within the shortest time between two rebuilds of a package nothing is noted, so that it
 * is still news afterwards (specification 22.30).
 */
function watchedNews(
  { clock, settings, only }: ScheduleContext,
  { package: one, updatedMs, upstream }: ExamineInput,
  state: PackageState,
): (CommitNews & { readonly notes: readonly string[] }) | undefined {
  if (!isWatched(one, state)) return undefined;
  const news = commitNews(one, state, upstream.heads);
  const restMs = one.settings.vcsIntervalMs ?? settings.vcsIntervalMs;
  // without such a time a clock that was wrong once must hold up nothing
  const until = updatedMs === undefined || restMs === 0 || only ? 0 : updatedMs + restMs;
  if (news.moved.length === 0 || clock.nowMs() >= until) return { ...news, notes: news.moved };
  const notes = [`new commits wait until ${new Date(until).toISOString()}`];
  return { ...news, commits: state.commits, moved: [], notes };
}

/** A rebuild that is only reported. */
function wouldBump(name: string, { value, because }: LibraryBump): Problem {
  const what = `'${name}' would be rebuilt as '${value}' for ${because.join(', ')}`;
  return problem('CIS009', { what, place: { file: `${name}/.CI/config` } });
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
