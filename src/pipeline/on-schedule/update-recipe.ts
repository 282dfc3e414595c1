import { type Problem, ProblemError, problem } from '../../diagnostics/index.ts';
import type { PackageState } from '../../formats/pkgbuild-repo/index.ts';
import { type FileTree, writeFileTree } from '../../host/index.ts';
import {
  type AurPackage,
  applyVersion,
  type BranchAnswer,
  checkVersion,
  newestGitlabTag,
  type Rewrite,
  readVersionCheck,
  rewriteForTag,
} from '../../upstream/index.ts';
import { checkFit } from './check-fit.ts';
import { cloneTwice } from './clone-twice.ts';
import type { ScheduleContext, ScheduledPackage } from './context.ts';
import { formatRecipe } from './format-recipe.ts';
import { recipeDiffers, textOf, withRecipeOf, withText } from './recipe-files.ts';
import { replaceChecksums } from './replace-checksums.ts';

/** What upstream says of all packages, gathered before each is looked at. */
export interface UpstreamNews {
  readonly aur: ReadonlyMap<string, AurPackage>;
  /** Packages that the AUR says it does not have. */
  readonly notInAur: ReadonlySet<string>;
  /** Newest commits by `branchKey`. */
  readonly heads: ReadonlyMap<string, BranchAnswer>;
  /** Version of a package in the databases that are watched, or of what it provides. */
  readonly published: (name: string, provided?: string) => string | undefined;
}

/** What the source of a recipe has for us. */
export interface RecipeUpdate {
  /** The whole folder as it would be; undefined: nothing new. */
  readonly after: FileTree | undefined;
  readonly state: Partial<PackageState>;
  /** Who made it: for trust. `own`: we rewrote our own recipe. */
  readonly origin: 'own' | 'aur' | 'url';
  readonly isVersionCheck: boolean;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

const nothing: RecipeUpdate = {
  after: undefined,
  state: {},
  origin: 'own',
  isVersionCheck: false,
  notes: [],
  problems: [],
};

export interface UpdateInput {
  readonly package: ScheduledPackage;
  readonly state: PackageState;
  readonly news: UpstreamNews;
  /** The folder at the commit that the run began with. */
  readonly before: () => Promise<FileTree>;
  /** Folder of our own for this package. */
  readonly scratch: string;
  /** Version that an open review already proposes. */
  readonly proposed: () => Promise<string | undefined>;
}

/**
 * Gets the recipe from where `CI_PKGBUILD_SOURCE` says (specification 7.6), or asks for a new version (7.10). Throws
 * what hinders this one package; the state then stays as it was.
 */
export async function updateRecipe(context: ScheduleContext, input: UpdateInput): Promise<RecipeUpdate> {
  const { settings, settingsText } = input.package;
  const { source } = settings;
  if (settings.nvchecker) return await fromVersionCheck(context, input);
  if (source === undefined) return settingsText === undefined ? nothing : withoutSource(input);
  if (source === 'custom') return nothing;
  if (source === 'aur') return await fromAur(context, input);
  const project = /^gitlab:(\d+)$/.exec(source)?.[1];
  if (project !== undefined) return await fromGitlabTag(context, input, project);
  return await fromUrl(context, input, source);
}

function withoutSource({ package: one }: UpdateInput): RecipeUpdate {
  const what = `'${one.name}' has no 'CI_PKGBUILD_SOURCE'`;
  return { ...nothing, problems: [problem('CIS003', { what, place: { file: `${one.name}/.CI/config` } })] };
}

async function fromAur(context: ScheduleContext, input: UpdateInput): Promise<RecipeUpdate> {
  const { name } = input.package;
  const known = input.news.aur.get(name);
  if (!known) return { ...nothing, problems: [unknownInAur(input)] };
  if (known.modified === input.state.pkgbuildTimestamp) return nothing;
  const url = context.settings.aurGitUrl.replaceAll('{pkgbase}', name);
  const cloned = await cloneTwice(context, {
    name,
    url,
    scratch: input.scratch,
    proxy: context.settings.aurProxy,
  });
  const after = await taken(context, input, cloned.tree);
  return {
    ...nothing,
    after,
    origin: 'aur',
    state: {
      pkgbuildTimestamp: known.modified,
      maintainers: [known.maintainer ?? '', ...known.coMaintainers].filter((one) => one !== ''),
    },
    notes: after
      ? [`changed in the AUR on ${new Date(known.modified * 1000).toISOString().slice(0, 10)}`]
      : [],
  };
}

function unknownInAur({ package: { name }, news }: UpdateInput): Problem {
  const place = { file: `${name}/.CI/config` };
  return news.notInAur.has(name)
    ? problem('UPS003', { what: `'${name}' is not in the AUR`, place })
    : problem('CIS015', { what: `the AUR did not tell of '${name}'`, place });
}

async function fromUrl(context: ScheduleContext, input: UpdateInput, url: string): Promise<RecipeUpdate> {
  const { name } = input.package;
  const answer = input.news.heads.get(`${url}#HEAD`);
  if (answer && answer.kind !== 'commit') throw new ProblemError(answer.problem);
  if (answer && answer.commit === input.state.recipeCommit) return nothing;
  const isAur = url.startsWith(`${context.settings.aurUrl}/`);
  const proxy = isAur ? context.settings.aurProxy : undefined;
  const cloned = await cloneTwice(context, { name, url, scratch: input.scratch, proxy });
  const after = await taken(context, input, cloned.tree);
  return {
    ...nothing,
    after,
    origin: 'url',
    state: { recipeCommit: cloned.commit },
    notes: after ? [`from ${url} at ${cloned.commit.slice(0, 7)}`] : [],
  };
}

/** The clone in our style, when it is a change (specification 7.11). */
async function taken(
  context: ScheduleContext,
  input: UpdateInput,
  cloned: FileTree,
): Promise<FileTree | undefined> {
  const { name } = input.package;
  const text = textOf(cloned, 'PKGBUILD');
  if (text === undefined) {
    throw new ProblemError(
      problem('CIS004', {
        what: `the source of '${name}' has no PKGBUILD`,
        place: { file: `${name}/PKGBUILD` },
      }),
    );
  }
  const before = await input.before();
  checkFit(name, before, cloned);
  const { hasEditorconfig } = context;
  const style = await formatRecipe(`${context.folder}/${name}/PKGBUILD`, { hasEditorconfig, text });
  const formatted = withText(cloned, 'PKGBUILD', style);
  return recipeDiffers(before, formatted) ? withRecipeOf(before, formatted) : undefined;
}

async function fromGitlabTag(
  context: ScheduleContext,
  input: UpdateInput,
  projectId: string,
): Promise<RecipeUpdate> {
  const { name } = input.package;
  const { fetcher, settings, signal } = context;
  const answer = await newestGitlabTag(
    { pkgbase: name, projectId },
    { fetcher, baseUrl: settings.gitlabUrl, signal },
  );
  if (answer.kind === 'failed') throw new ProblemError(answer.problem);
  const before = await input.before();
  const rewrite = rewriteForTag(textsOf(name, before), answer.tag, settings.tagPrefix);
  return { ...nothing, ...(await rewritten(context, input, rewrite)) };
}

async function fromVersionCheck(context: ScheduleContext, input: UpdateInput): Promise<RecipeUpdate> {
  const { name, versionCheckFile, settings } = input.package;
  const problems: Problem[] = [];
  if (settings.source !== 'custom') {
    const what = `'${name}' has 'CI_NVCHECKER' and the source '${settings.source ?? ''}'; only the version check counts`;
    problems.push(problem('CIS003', { what, place: { file: `${name}/.CI/config` } }));
  }
  const before = await input.before();
  const text = versionCheckFile === undefined ? undefined : textOf(before, versionCheckFile);
  if (text === undefined || versionCheckFile === undefined) {
    const what = `'${name}' has 'CI_NVCHECKER' and no 'nvchecker.toml' or '.nvchecker.toml'`;
    return { ...nothing, problems: [...problems, problem('CIS004', { what, place: { file: name } })] };
  }
  const { check, problems: read } = readVersionCheck(text, {
    pkgbase: name,
    file: `${name}/${versionCheckFile}`,
  });
  problems.push(...read);
  if (!check) return { ...nothing, problems };
  const answer = await checkVersion(check, {
    fetcher: context.fetcher,
    endpoints: context.endpoints,
    gitConfig: context.gitConfigFile,
    tokens: context.tokens,
    published: input.news.published,
    wantsRevision: /^\s*_commit=/m.test(textOf(before, 'PKGBUILD') ?? ''),
    signal: context.signal,
  });
  if (answer.kind === 'failed') throw new ProblemError(answer.problem);
  if (answer.kind === 'nothing') return { ...nothing, problems };
  // an open review of the same version is not made anew: that would download its sources each time
  if ((await input.proposed()) === answer.version.replace(/^v/, '')) return { ...nothing, problems };
  const rewrite = applyVersion(textsOf(name, before), answer);
  const update = await rewritten(context, input, rewrite);
  return { ...nothing, ...update, problems, isVersionCheck: true };
}

const textsOf = (pkgbase: string, tree: FileTree) => ({
  pkgbase,
  pkgbuild: textOf(tree, 'PKGBUILD') ?? '',
  srcinfo: textOf(tree, '.SRCINFO'),
});

/** The folder with rewritten texts; checksums and .SRCINFO are made anew where the sources are others. */
async function rewritten(
  context: ScheduleContext,
  input: UpdateInput,
  rewrite: Rewrite,
): Promise<Pick<RecipeUpdate, 'after' | 'notes'>> {
  if (rewrite.kind === 'refused') throw new ProblemError(rewrite.problem);
  if (rewrite.kind === 'unchanged') return { after: undefined, notes: [] };
  const before = await input.before();
  let after = withText(before, 'PKGBUILD', rewrite.pkgbuild);
  if (rewrite.srcinfo !== undefined) after = withText(after, '.SRCINFO', rewrite.srcinfo);
  if (rewrite.sumsAreStale) after = await withChecksums(context, input, after);
  return { after, notes: [`new version ${rewrite.version}`] };
}

async function withChecksums(
  context: ScheduleContext,
  { scratch }: UpdateInput,
  tree: FileTree,
): Promise<FileTree> {
  const folder = `${scratch}/checksums`;
  await writeFileTree(folder, tree);
  const generated = await context.tools.generateChecksums(folder);
  const after = withText(tree, 'PKGBUILD', replaceChecksums(textOf(tree, 'PKGBUILD') ?? '', generated));
  if (!tree.has('.SRCINFO')) return after;
  const again = `${scratch}/srcinfo`;
  await writeFileTree(again, after);
  return withText(after, '.SRCINFO', await context.tools.printSrcinfo(again));
}
