import { fault, isFault, type Problem, problem } from '../diagnostics/index.ts';
import { isValidPkgname } from '../formats/pacman/index.ts';
import { packagesMessage, type RepositorySettings, treeEntry } from '../formats/pkgbuild-repo/index.ts';
import type { FileChange, RecipeClones } from '../git/index.ts';
import { type FileTree, writeFileWithMode } from '../host/index.ts';
import { changeBranch, requireTip } from './change-branch.ts';
import { checkFit } from './check-fit.ts';
import { cloneTwice } from './clone-twice.ts';
import { formatRecipe } from './format-recipe.ts';
import type { PipelineContext } from './pipeline-context.ts';
import { textOf, withRecipeOf, withText } from './recipe-files.ts';
import { utf8Text } from './recipe-repository.ts';

/** A package to add and where its recipe comes from: `aur` or the address of a git repository. */
export interface Addition {
  readonly name: string;
  readonly source: string;
}

export interface AddOptions {
  /** An empty folder of the run's own. */
  readonly scratch: string;
  readonly clones: RecipeClones;
  /** Who asked, for `.CI/info` (`github/5678`); undefined: nothing is written. */
  readonly origin: string | undefined;
  /** Why, for `.CI/info`: `request`, `depends`, `depends:make`, ... or free text; `unset`: nothing is written. */
  readonly reason: string;
  /** Names that the distribution and other databases offer; undefined: nobody knows, and missing dependencies are not looked for. */
  readonly offered: (() => Promise<ReadonlySet<string>>) | undefined;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface AddReport {
  readonly added: readonly string[];
  /** Dependencies of what was added that are neither here nor offered elsewhere (specification 9.6). */
  readonly missing: readonly { readonly name: string; readonly neededBy: string }[];
  /** Undefined: nothing was pushed. */
  readonly commit: string | undefined;
}

/** An address that says to everybody which host it means: no query, no fragment, no backslash. */
function isAddress(source: string): boolean {
  if (/^[\w.-]+@[\w.-]+:\S+$/.test(source) || /^file:\/\/\S+$/.test(source)) return true;
  return /^(?:https?|ssh|git):\/\/[^\s?#\\]+$/.test(source) && URL.canParse(source);
}

/** Reads `foo/aur bar/https://example.org/bar.git`. Throws CIC025 for what is not of this form. */
export function readAdditions(words: readonly string[]): readonly Addition[] {
  return words
    .flatMap((word) => word.split(/\s+/))
    .filter((word) => word !== '')
    .map((word) => {
      const slash = word.indexOf('/');
      const [name, source] = [word.slice(0, Math.max(0, slash)), word.slice(slash + 1)];
      if (!isValidPkgname(name))
        throw fault('CIC025', { what: `'${word}' does not begin with a pkgbase and '/'` });
      if (source !== 'aur' && !isAddress(source))
        throw fault('CIC025', {
          what: `'${source}' of '${name}' is neither 'aur' nor the address of a git repository`,
        });
      return { name, source };
    });
}

/**
 * Adds packages (specification 9.4): clones each recipe (two tries), brings its PKGBUILD into the style of the repository,
 * writes `CI_PKGBUILD_SOURCE` and `.CI/info`, one commit, pushed so that on-commit builds it. A package that is here
 * already (CIC021), or whose recipe cannot be had (CIC022), is reported and stops no other. Throws CIC033, GIT007, GIT009.
 */
export async function addPackages(
  context: PipelineContext,
  additions: readonly Addition[],
  options: AddOptions,
): Promise<AddReport> {
  const { repository } = context;
  await requireTip(context);
  const here = new Set([...repository.packages, ...repository.misnamed]);
  const added = new Map<string, FileTree>();
  for (const addition of additions) {
    const { name } = addition;
    if (here.has(name) || added.has(name)) {
      context.report(
        problem('CIC021', { what: `'${name}' is in the repository already`, place: { file: name } }),
      );
      continue;
    }
    const tree = await recipeOf(context, addition, options);
    if (tree) added.set(name, tree);
  }
  const names = [...added.keys()];
  const missing = await missingNeeds(context, added, options);
  if (names.length === 0 || options.dryRun) return { added: names, missing, commit: undefined };
  const changes = additions.flatMap((addition) => changesFor(addition, added.get(addition.name), options));
  return {
    added: names,
    missing,
    commit: await changeBranch(context, changes, packagesMessage('add', names)),
  };
}

/** Where the recipe of a package is cloned from. */
export function recipeAddress({ name, source }: Addition, settings: RepositorySettings): string {
  return source === 'aur' ? settings.aurGitUrl.replaceAll('{pkgbase}', name) : source;
}

async function recipeOf(
  context: PipelineContext,
  addition: Addition,
  { scratch, clones, signal }: AddOptions,
): Promise<FileTree | undefined> {
  const { settings } = context.repository;
  const { name, source } = addition;
  const refuse = (what: string): undefined => {
    context.report(problem('CIC022', { what, place: { file: name } }));
    return undefined;
  };
  let tree: FileTree;
  try {
    const cloning = { clock: context.clock, tell: context.tell, settings, clones, signal };
    const proxy = source === 'aur' ? settings.aurProxy : undefined;
    const url = recipeAddress(addition, settings);
    ({ tree } = await cloneTwice(cloning, { name, url, scratch: `${scratch}/${name}`, proxy }));
  } catch (error) {
    if (!isFault(error)) throw error;
    return refuse(`the recipe of '${name}' cannot be cloned: ${error.problem.code} ${error.problem.what}`);
  }
  const text = textOf(tree, 'PKGBUILD');
  if (text === undefined) return refuse(`the repository of '${name}' has no PKGBUILD`);
  try {
    checkFit(name, new Map(), tree);
    const inStyle = await styled(context, name, { text, scratch });
    return withText(withRecipeOf(new Map(), tree), 'PKGBUILD', inStyle);
  } catch (error) {
    if (!isFault(error)) throw error;
    return refuse(`the recipe of '${name}' cannot be taken: ${error.problem.code} ${error.problem.what}`);
  }
}

async function styled(
  { copy, repository }: PipelineContext,
  name: string,
  { text, scratch }: { readonly text: string; readonly scratch: string },
): Promise<string> {
  const style = (await copy.readFiles(repository.commit, ['.editorconfig'])).get('.editorconfig');
  if (style) await writeFileWithMode(`${scratch}/.editorconfig`, style, 0o644);
  return await formatRecipe(`${scratch}/${name}/PKGBUILD`, { hasEditorconfig: style !== undefined, text });
}

function changesFor(
  { name, source }: Addition,
  tree: FileTree | undefined,
  { origin, reason }: AddOptions,
): readonly FileChange[] {
  if (!tree) return [];
  const info = [
    ...(origin === undefined ? [] : [`REQ_ORIGIN=${origin}\n`]),
    ...(reason === 'unset' ? [] : [`REQ_REASON=${reason}\n`]),
  ].join('');
  const text = (path: string, content: string): FileChange => ({
    path: `${name}/${path}`,
    bytes: Buffer.from(content),
    mode: '100644',
  });
  return [
    ...[...tree].map(([path, { bytes, mode }]): FileChange => ({ path: `${name}/${path}`, bytes, mode })),
    text('.CI/config', `CI_PKGBUILD_SOURCE=${source}\n`),
    ...(info === '' ? [] : [text('.CI/info', info)]),
  ];
}

/** Needs of new packages that neither this repository nor a database meets. */
async function missingNeeds(
  context: PipelineContext,
  added: ReadonlyMap<string, FileTree>,
  { offered }: AddOptions,
): Promise<AddReport['missing']> {
  if (!offered || added.size === 0) return [];
  const { copy, repository } = context;
  const names = repository.packages;
  const files = await copy.readFiles(
    repository.commit,
    names.map((name) => `${name}/.SRCINFO`),
  );
  const entries = names.map((name) => treeEntry(name, utf8Text(files.get(`${name}/.SRCINFO`))));
  const fresh = [...added].map(([name, tree]) => treeEntry(name, utf8Text(tree.get('.SRCINFO')?.bytes)));
  const known = new Set([...entries, ...fresh].flatMap((entry) => [entry.pkgbase, ...entry.names]));
  const elsewhere = await offered();
  const missing: { name: string; neededBy: string }[] = [];
  for (const { pkgbase, needs } of fresh) {
    for (const name of needs) {
      if (known.has(name) || elsewhere.has(name) || missing.some((one) => one.name === name)) continue;
      missing.push({ name, neededBy: pkgbase });
      context.report(missingNeed(name, pkgbase));
    }
  }
  return missing;
}

function missingNeed(name: string, neededBy: string): Problem {
  return problem('CIC026', {
    what: `'${neededBy}' needs '${name}', which is neither here nor in a known database`,
    next: `If the AUR has it: 'packmill ci add ${name}/aur --reason depends'.`,
    place: { file: neededBy },
  });
}
