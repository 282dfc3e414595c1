import { fault, isFault, type Problem, problem } from '../../diagnostics/index.ts';
import { readRepositorySettings } from '../../formats/pkgbuild-repo/index.ts';
import {
  entryFacts,
  machine,
  makeTemporaryFolder,
  pathKind,
  removeTree,
  replaceFile,
  systemClock,
  textIfThere,
} from '../../host/index.ts';
import { repositorySettingsFile } from '../../pipeline/index.ts';
import { atOnce, nearestWords } from '../../primitives/index.ts';
import { packageNames } from './look-at-recipes.ts';
import { recipeTools } from './recipe-tools.ts';

export interface SrcinfoOptions {
  /** The top of the checkout; its files are read as they are, committed or not. */
  readonly repository: string;
  /** Names of folders; none: all that have a PKGBUILD. */
  readonly packages: readonly string[];
  /** Only say which ones differ. */
  readonly check: boolean;
  readonly onProblem: (problem: Problem) => void;
  /** Called when a package is done, in whatever order they end. */
  readonly onDone: (done: SrcinfoDone) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What came of one package. `stale`: it would be written, but for `check`. */
export interface SrcinfoDone {
  readonly name: string;
  readonly outcome: 'written' | 'stale' | 'unchanged' | 'failed';
  readonly at: number;
  readonly of: number;
}

/** Names by what came of them, sorted. */
export type SrcinfoReport = Readonly<Record<SrcinfoDone['outcome'], readonly string[]>>;

/**
 * Writes `.SRCINFO` of packages as makepkg prints it, side by side, in a sandbox without network and secrets, because a
 * PKGBUILD is a program. A file that says the same stays as it is, with its comments: a push builds what it touches.
 * Reports BLD013 for what makepkg cannot read and, for `check`, CIC040 for what differs; neither stops the others. Throws
 * CIC007 for names that are no package, CIC024 where there is no recipe, SBX problems without a sandbox.
 */
export async function writeSrcinfo(options: SrcinfoOptions): Promise<SrcinfoReport> {
  const { repository, onProblem, signal } = options;
  const file = `${repository}/${repositorySettingsFile}`;
  const { settings } = readRepositorySettings(textIfThere(file) ?? '', machine.variable, file);
  const names = namesOf(options);
  const scratch = makeTemporaryFolder('packmill-srcinfo-');
  const tools = recipeTools({
    ...{ folder: scratch, arch: settings.arch, hookTimeoutMs: settings.hookTimeoutMs },
    ...{ clock: systemClock, onProblem, signal },
  });
  const outcomes = new Map<string, SrcinfoDone['outcome']>();
  try {
    const most = Math.min(settings.maxParallel, machine.processors());
    await atOnce(names, { most }, async (name) => {
      signal?.throwIfAborted();
      const outcome = await one(name, tools.printSrcinfo, options);
      outcomes.set(name, outcome);
      options.onDone({ name, outcome, at: outcomes.size, of: names.length });
    });
  } finally {
    await removeTree(scratch);
  }
  const whose = (wanted: SrcinfoDone['outcome']): readonly string[] =>
    names.filter((name) => outcomes.get(name) === wanted);
  return {
    written: whose('written'),
    stale: whose('stale'),
    unchanged: whose('unchanged'),
    failed: whose('failed'),
  };
}

function namesOf({ repository, packages }: SrcinfoOptions): readonly string[] {
  const there = packageNames(repository).filter(
    (name) => pathKind(`${repository}/${name}/PKGBUILD`) === 'file',
  );
  if (there.length === 0)
    throw fault('CIC024', { what: `there is no recipe in a folder of '${repository}'` });
  if (packages.length === 0) return there;
  // as a shell completes it
  const wanted = [...new Set(packages.map((name) => name.replace(/\/+$/, '')))].sort();
  const unknown = wanted.find((name) => !there.includes(name));
  if (unknown === undefined) return wanted;
  const near = nearestWords(unknown, there);
  throw fault('CIC007', {
    what: `there is no package '${unknown}' in '${repository}'`,
    ...(near === undefined ? {} : { next: `Did you mean ${near}?` }),
  });
}

async function one(
  name: string,
  print: (folder: string) => Promise<string>,
  { repository, check, onProblem, signal }: SrcinfoOptions,
): Promise<SrcinfoDone['outcome']> {
  const folder = `${repository}/${name}`;
  const path = `${folder}/.SRCINFO`;
  const place = { file: `${name}/.SRCINFO` };
  // never through a link that a recipe brings along
  const old = entryFacts(path)?.kind === 'file' ? textIfThere(path) : undefined;
  try {
    const text = await print(folder);
    if (old !== undefined && says(old) === says(text)) return 'unchanged';
    if (!check) {
      replaceFile(path, text);
      return 'written';
    }
    const what = old === undefined ? `'${name}' has no .SRCINFO` : `.SRCINFO of '${name}' is stale`;
    onProblem(problem('CIC040', { what, place }));
    return 'stale';
  } catch (error) {
    // a makepkg that was ended has nothing to say of its recipe
    if (!isFault(error, 'BLD013') || signal?.aborted) throw error;
    onProblem({ ...error.problem, what: error.problem.what.replace(`${repository}/`, ''), place });
    return 'failed';
  }
}

/** The lines that say something: without comments, indentation and blank lines. */
function says(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n');
}
