import { type Problem, ProblemError, problem } from '../../diagnostics/index.ts';
import { isValidPkgname, parseSrcinfo, type Srcinfo, sectionValues } from '../../formats/pacman/index.ts';
import {
  bumpedPkgrel,
  fullVersion,
  interfereNames,
  readPackageSettings,
} from '../../formats/pkgbuild-repo/index.ts';
import { type FolderSnapshot, linkDestination, nextTurn, textIfThere } from '../../host/index.ts';
import type { LoadedRecipe, Need, Recipe } from '../../model/index.ts';
import { atOnce } from '../../primitives/index.ts';
import { genericNeeds } from './generic-needs.ts';
import { readInputs } from './input-digest.ts';
import { hasPkgverFunction, staleFields } from './literal-assignments.ts';
import { needsOf, offersOf } from './needs-and-offers.ts';
import { localPath, type PackageSource, parseSource } from './package-source.ts';
import type { PkgbuildDetails } from './recipe-details.ts';

/** Runs `makepkg --printsrcinfo` on a recipe folder in a sandbox and returns what it prints; throws a problem. */
export type Regenerate = (folder: string) => Promise<string>;

export interface LoadOptions {
  /** Architecture of the plan: its own arrays (`depends_x86_64`) count. */
  readonly arch: string;
  /** Used when `.SRCINFO` is missing or stale; without it the one is a problem, the other a warning. */
  readonly regenerate?: Regenerate | undefined;
}

/**
 * Reads one recipe folder: `.SRCINFO`, `.CI/config` and the digest of all inputs. Never runs the
 * PKGBUILD itself and never throws for what is in the folder: a recipe that cannot be used has no
 * `recipe` and at least one problem.
 */
export async function load(folder: string, options: LoadOptions): Promise<LoadedRecipe<PkgbuildDetails>> {
  try {
    return await loadOrThrow(folder, options);
  } catch (error) {
    if (error instanceof ProblemError) return { recipe: undefined, problems: [error.problem] };
    throw error;
  }
}

/** Loads many, up to `parallel` (default 4) at a time so that regenerating is not one after the other; in their order. */
export async function loadAll(
  folders: readonly string[],
  options: LoadOptions & { readonly parallel?: number },
): Promise<readonly LoadedRecipe<PkgbuildDetails>[]> {
  return await atOnce(folders, { most: options.parallel ?? 4 }, async (folder, at) => {
    const loaded = await load(folder, options);
    // reading never waits by itself: a manager with thousands of recipes has others to answer meanwhile
    if (at % 16 === 0) await nextTurn();
    return loaded;
  });
}

async function loadOrThrow(folder: string, options: LoadOptions): Promise<LoadedRecipe<PkgbuildDetails>> {
  const problems: Problem[] = [];
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  if (!isValidPkgname(name)) {
    const what = `folder '${name}' is not named like a package`;
    problems.push(problem('PLN003', { what, place: { file: folder } }));
    return { recipe: undefined, problems };
  }
  const described = await readDescription(folder, options, problems);
  if (!described) return { recipe: undefined, problems };
  const { srcinfo, inputs, sources } = described;
  const pkgbuild = inputs.texts.get('PKGBUILD') as string;
  const read = readPackageSettings(inputs.texts.get('.CI/config') ?? '', `${folder}/.CI/config`);
  problems.push(...read.problems);
  const interfereFiles = inputs.entries
    .map(({ path }) => path)
    .filter((path) => interfereNames.some((one) => path === `.CI/${one}`));
  if (srcinfo.base.name !== name && interfereFiles.length === 0) {
    const what = `pkgbase is '${srcinfo.base.name}', the folder is '${name}'`;
    problems.push(problem('PLN011', { what, place: { file: srcinfo.file, line: srcinfo.base.line } }));
  }
  const details: PkgbuildDetails = {
    settings: read.settings,
    srcinfo,
    sources,
    vcsSources: sources.filter(({ vcs }) => vcs !== undefined),
    localSourceFolders: [...new Set(sources.map(localPath).filter((path) => path !== undefined))],
    hasPkgverFunction: hasPkgverFunction(pkgbuild),
    interfereFiles,
  };
  return { recipe: toRecipe(folder, { name, details, inputs, arch: options.arch }), problems };
}

interface Parts {
  readonly name: string;
  readonly details: PkgbuildDetails;
  readonly inputs: FolderSnapshot;
  readonly arch: string;
}

function toRecipe(folder: string, parts: Parts): Recipe<PkgbuildDetails> {
  const { srcinfo, settings } = parts.details;
  const first = (key: string): string => sectionValues(srcinfo.base, key)[0] ?? '';
  const stated = { epoch: first('epoch') || undefined, pkgver: first('pkgver'), pkgrel: first('pkgrel') };
  const version = fullVersion({ ...stated, pkgrel: bumpedPkgrel(stated, settings.bump) });
  const offers = offersOf(srcinfo, parts.arch, version);
  const generic = genericNeeds(parts.name, parts.inputs.texts.get('PKGBUILD') ?? '');
  return {
    kind: 'pkgbuild',
    name: parts.name,
    folder,
    version,
    hasDynamicVersion: parts.details.hasPkgverFunction,
    architectures: architecturesOf(srcinfo),
    outputs: srcinfo.members.map(({ name }) => name),
    offers,
    needs: withoutRepetition([...needsOf(srcinfo, parts.arch, offers), ...generic]),
    inputDigest: parts.inputs.digest,
    buildClass: settings.buildClass,
    labels: settings.builderLabels,
    details: parts.details,
  };
}

/** A need that the recipe states itself comes first and is not said again. */
function withoutRepetition(needs: readonly Need[]): readonly Need[] {
  const known = new Set<string>();
  return needs.filter(({ phase, text }) => {
    const key = `${phase} ${text}`;
    return !known.has(key) && known.add(key);
  });
}

/** What the base lists and what members add: a recipe of which one package fits can be built. */
function architecturesOf(srcinfo: Srcinfo): readonly string[] {
  const all = [srcinfo.base, ...srcinfo.members].flatMap((section) => sectionValues(section, 'arch'));
  return [...new Set(all.filter((arch) => arch !== ''))];
}

interface Description {
  readonly srcinfo: Srcinfo;
  readonly inputs: FolderSnapshot;
  readonly sources: readonly PackageSource[];
}

/** `.SRCINFO` as it is or made anew, and the inputs as its sources tell them from leftovers. */
async function readDescription(
  folder: string,
  options: LoadOptions,
  problems: Problem[],
): Promise<Description | undefined> {
  const file = `${folder}/.SRCINFO`;
  const written = textIfThere(file);
  if (written === undefined || written.trim() === '') {
    if (options.regenerate) return regenerated(folder, options.regenerate, problems);
    const what = `.SRCINFO of '${folder.slice(folder.lastIndexOf('/') + 1)}' is ${written === undefined ? 'missing' : 'empty'}`;
    problems.push(problem('PLN004', { what, place: { file } }));
    return undefined;
  }
  const found: Problem[] = [];
  const description = parsed(folder, written, found);
  const pkgbuild = description?.inputs.texts.get('PKGBUILD') ?? '';
  const stale = description ? staleFields(pkgbuild, description.srcinfo) : [];
  // a malformed one is the author's to mend, not ours to guess around: makepkg would hide what others stumble over
  if (options.regenerate && stale.length > 0) {
    return regenerated(folder, options.regenerate, problems);
  }
  problems.push(...found);
  for (const { key, line, recipe, srcinfo } of stale) {
    const what = `'${key}' is '${recipe}' here and '${srcinfo}' in .SRCINFO`;
    problems.push(problem('PLN005', { what, place: { file: `${folder}/PKGBUILD`, line } }));
  }
  return description;
}

async function regenerated(
  folder: string,
  regenerate: Regenerate,
  problems: Problem[],
): Promise<Description | undefined> {
  const file = `${folder}/PKGBUILD`;
  if (linkDestination(file) !== undefined) {
    const what = `PKGBUILD of '${folder.slice(folder.lastIndexOf('/') + 1)}' is missing or no regular file`;
    problems.push(problem('PLN006', { what, place: { file } }));
    return undefined;
  }
  const found: Problem[] = [];
  const description = parsed(folder, await regenerate(folder), found);
  // nobody has the text these are about: what has to change is the PKGBUILD that it was made from
  problems.push(...found.map((one) => ({ ...one, place: { file }, next: 'Correct the PKGBUILD.' })));
  return description;
}

function parsed(folder: string, text: string, problems: Problem[]): Description | undefined {
  const { srcinfo, problems: found } = parseSrcinfo(text, `${folder}/.SRCINFO`);
  problems.push(...found);
  if (!srcinfo) return undefined;
  const sources = sourcesOf(srcinfo);
  const inputs = readInputs(folder, sources);
  if (!inputs.texts.has('PKGBUILD')) {
    const what = `PKGBUILD of '${folder.slice(folder.lastIndexOf('/') + 1)}' is missing or no regular file`;
    problems.push(problem('PLN006', { what, place: { file: `${folder}/PKGBUILD` } }));
    return undefined;
  }
  return { srcinfo, inputs, sources };
}

function sourcesOf(srcinfo: Srcinfo): readonly PackageSource[] {
  const texts = new Set<string>();
  for (const [key, { values }] of srcinfo.base.fields) {
    if (key !== 'source' && !key.startsWith('source_')) continue;
    for (const value of values) if (value !== '') texts.add(value);
  }
  return [...texts].map(parseSource);
}
