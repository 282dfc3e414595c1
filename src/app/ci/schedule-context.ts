import { Fetcher } from '../../fetcher/index.ts';
import { forgeFromEnvironment } from '../../forge/index.ts';
import { RecipeClones } from '../../git/index.ts';
import {
  ensureFolder,
  makeTemporaryFolder,
  removeTree,
  systemClock,
  systemRandom,
  writeFileWithMode,
} from '../../host/index.ts';
import {
  ClonePace,
  fetchRemoteRefs,
  type PipelineContext,
  type RecipeRepository,
  type RemoteRefs,
  readRecipeRepository,
  type ScheduleContext,
} from '../../pipeline/index.ts';
import { readEndpoints } from '../../upstream/index.ts';
import { recipeTools } from './recipe-tools.ts';

/** From one host. */
const clonesAtOnce = 4;

/** What a regular run is asked for, and what stands in for the world in tests. */
export interface ScheduleSurroundings {
  /** Value of a variable of the environment. */
  readonly variable: (name: string) => string | undefined;
  /** Only these packages; undefined: all. */
  readonly only: readonly string[] | undefined;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Default: one that keeps answers in the user's cache folder. */
  readonly fetcher?: Fetcher | undefined;
}

/**
 * Puts together what a regular run works with, in a temporary folder that is gone afterwards. A checkout that is behind
 * its remote counts as the newest commit: a push may have come in since it was made.
 */
export async function withScheduleContext<Result>(
  pipeline: PipelineContext,
  surroundings: ScheduleSurroundings,
  work: (context: ScheduleContext) => Promise<Result>,
): Promise<Result> {
  const { variable, signal, dryRun } = surroundings;
  const { copy, clock } = pipeline;
  const refs = await fetchRemoteRefs(copy);
  const repository = await newest(pipeline, refs, variable);
  const { settings } = repository;
  const folder = makeTemporaryFolder('packmill-schedule-');
  const fetcher =
    surroundings.fetcher ?? new Fetcher({ clock, random: systemRandom, cacheFolder: cacheFolder(variable) });
  const clones = new RecipeClones();
  try {
    const style = (await copy.readFiles(repository.commit, ['.editorconfig'])).get('.editorconfig');
    if (style) await writeFileWithMode(`${folder}/.editorconfig`, style, 0o644);
    const gitConfigFile = `${folder}/gitconfig`;
    await writeFileWithMode(gitConfigFile, '', 0o600);
    return await work({
      ...{ ...pipeline, repository, settings, refs, fetcher, folder, gitConfigFile, dryRun, signal },
      // where these two are is a setting of the repository, which the environment may make too
      endpoints: { ...readEndpoints(variable), aur: settings.aurUrl, gitlab: settings.gitlabUrl },
      tokens: tokensOf(variable),
      clones,
      // a pause after each clone is one between two clones
      clonePace: new ClonePace(settings.cloneDelayMs > 0 ? 1 : clonesAtOnce),
      forge: forgeFromEnvironment(variable, { clock, signal }),
      tools: recipeTools({
        ...{ folder: `${folder}/tools`, arch: settings.arch, signal },
        // real programs take real time
        clock: systemClock,
        hookTimeoutMs: settings.hookTimeoutMs,
        onProblem: pipeline.report,
      }),
      hasEditorconfig: style !== undefined,
      only: onlySet(surroundings.only ?? testPackages(variable)),
      skipsGuard: variable('SKIP_ON_COMMIT_CHECK') === 'true',
    });
  } finally {
    if (!surroundings.fetcher) fetcher.close();
    await clones.close();
    await removeTree(folder);
  }
}

async function newest(
  { copy, repository, tell }: PipelineContext,
  { main }: RemoteRefs,
  variable: (name: string) => string | undefined,
): Promise<RecipeRepository> {
  if (main === undefined || main === repository.commit) return repository;
  if (!(await copy.isAncestor(repository.commit, main))) return repository;
  tell(`'${copy.branch}' has moved on to ${main.slice(0, 7)} since the checkout`);
  return await readRecipeRepository(copy, main, variable);
}

/** Packages that a test of a repository is restricted to (specification 3.5). */
function testPackages(variable: (name: string) => string | undefined): readonly string[] | undefined {
  const named = variable('CI_TEST_PACKAGES') ?? variable('CI_TEST_PACKAGE');
  return named?.split(/[:,\s]+/).filter((name) => name !== '');
}

const onlySet = (names: readonly string[] | undefined): ReadonlySet<string> | undefined =>
  names && new Set(names);

/** GitHub answers the anonymous sixty times an hour only. */
function tokensOf(variable: (name: string) => string | undefined): Readonly<Record<string, string>> {
  const github = variable('GITHUB_TOKEN');
  return github === undefined ? {} : { github };
}

/** Answers of servers are kept from run to run where there is a place for them: CI services can keep it too. */
function cacheFolder(variable: (name: string) => string | undefined): string | undefined {
  const named = variable('PACKMILL_CACHE');
  const home = variable('HOME');
  const base = named ?? variable('XDG_CACHE_HOME') ?? (home && `${home}/.cache`);
  if (base === undefined) return undefined;
  const folder = named ?? `${base}/packmill`;
  ensureFolder(folder);
  return `${folder}/upstream`;
}
