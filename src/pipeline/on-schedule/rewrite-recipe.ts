import { type Problem, ProblemError, problem } from '../../diagnostics/index.ts';
import { type FileTree, writeFileTree } from '../../host/index.ts';
import {
  applyVersion,
  checkVersion,
  newestGitlabTag,
  type Rewrite,
  readVersionCheck,
  rewriteForTag,
} from '../../upstream/index.ts';
import { textOf, withText } from '../recipe-files.ts';
import type { ScheduleContext } from './context.ts';
import { noUpdate, type RecipeUpdate, type UpdateInput } from './recipe-update.ts';
import { replaceChecksums } from './replace-checksums.ts';

/**
 * The newest tag of a GitLab project, written into the recipe (specification 7.6). Throws UPS010 to UPS015, FET problems.
 */
export async function fromGitlabTag(
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
  return { ...noUpdate, ...(await rewritten(context, input, rewrite)) };
}

/** A version that was found by the package's own check (specification 7.10). Throws UPS problems, CIS012 and BLD013. */
export async function fromVersionCheck(context: ScheduleContext, input: UpdateInput): Promise<RecipeUpdate> {
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
    return { ...noUpdate, problems: [...problems, problem('CIS004', { what, place: { file: name } })] };
  }
  const { check, problems: read } = readVersionCheck(text, {
    pkgbase: name,
    file: `${name}/${versionCheckFile}`,
  });
  problems.push(...read);
  if (!check) return { ...noUpdate, problems };
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
  if (answer.kind === 'nothing') return { ...noUpdate, problems };
  // an open review of the same version is not made anew: that would download its sources each time
  if ((await input.proposed()) === answer.version.replace(/^v/, '')) return { ...noUpdate, problems };
  const rewrite = applyVersion(textsOf(name, before), answer);
  const update = await rewritten(context, input, rewrite);
  return { ...noUpdate, ...update, problems, isVersionCheck: true };
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
