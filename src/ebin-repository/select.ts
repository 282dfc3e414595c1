import { fault } from '../diagnostics/index.ts';
import {
  isUnreadable,
  type Nearest,
  nearestCombination,
  readText,
  requiredUseHolds,
} from '../ebin-index/index.ts';
import { bareFlag, parsePackageId } from '../formats/gentoo/index.ts';
import { ensureFolder, replaceFile } from '../host/index.ts';
import { eachCombination, indexFlagsOf } from './combinations.ts';
import { type DiskEbin, ebinsIn, ebuildValue, packageFolders, textAt } from './disk-package.ts';
import { isWanted } from './gather.ts';
import { requireRepository } from './verify.ts';

/** Flags by `category/name-version`, `category/name`, or `*` for all others. */
export type UseTable = Readonly<Record<string, readonly string[]>>;

/** What one ebin has for a wish. */
export interface Selected extends Nearest {
  readonly cpv: string;
  /** Flags that choose among combinations. */
  readonly flags: readonly string[];
  /** Flags that have to be as they are. */
  readonly pinned: Readonly<Record<string, boolean>>;
  readonly combinations: readonly (readonly string[])[];
  /** Flags of the wish that counted: its own, and defaults of those that it does not mention. */
  readonly wanted: readonly string[];
  /** Flags of the wish that would have to be otherwise because every build has them so. */
  readonly contrary: readonly string[];
}

/** A wish with the defaults of IUSE below it; `-flag` turns one off. */
function effective(iuse: readonly string[], wish: readonly string[]): Set<string> {
  const on = new Set(iuse.filter((flag) => flag.startsWith('+')).map(bareFlag));
  for (const flag of wish) {
    if (flag.startsWith('-')) on.delete(bareFlag(flag));
    else on.add(bareFlag(flag));
  }
  return on;
}

function selectOne({ cpv, text }: DiskEbin, wish: readonly string[]): Selected | undefined {
  const demands = readText(ebuildValue(text, 'REQUIRED_USE'), { kind: 'required-use' });
  const uris = readText(ebuildValue(text, 'SRC_URI'), { kind: 'src-uri' });
  if (isUnreadable(demands) || isUnreadable(uris)) return undefined;
  const { free, pinned } = indexFlagsOf(uris, demands);
  const onlyExtra = new Set(free.filter((flag) => !isIndexFlag(flag, demands, text)));
  const iuse = ebuildValue(text, 'IUSE').split(' ');
  const place = (flag: string): number => iuse.findIndex((one) => bareFlag(one) === flag);
  const flags = free.filter((flag) => !onlyExtra.has(flag)).sort((a, b) => place(a) - place(b));
  const combinations = [...eachCombination({ free: flags, pinned })].filter((on) =>
    requiredUseHolds(demands, on),
  );
  const numbers = combinations.map((on) =>
    flags.reduce((number, flag) => number * 2 + (on.has(flag) ? 1 : 0), 0),
  );
  const known = new Set(iuse.map(bareFlag));
  const wanted = [...effective(iuse, wish)].filter((flag) => known.has(flag));
  const found = nearestCombination({ flags, combinations: numbers }, wanted);
  const contrary = [...pinned].filter(([flag, isOn]) => known.has(flag) && wanted.includes(flag) !== isOn);
  return {
    cpv,
    flags,
    pinned: Object.fromEntries(pinned),
    combinations: combinations.map((on) => flags.filter((flag) => on.has(flag))),
    wanted,
    contrary: contrary.map(([flag]) => flag),
    ...found,
    isThere: found.isThere && contrary.length === 0,
  };
}

/** Whether a flag is of the package itself, and not one that asks for a part: those are described in `metadata.xml`. */
function isIndexFlag(
  flag: string,
  demands: { readonly nodes: readonly { readonly word: string }[] },
  text: string,
): boolean {
  if (demands.nodes.some(({ word }) => word === flag)) return true;
  // a part's flag is never negated and stands at the top
  const uri = ebuildValue(text, 'SRC_URI').split(/\s+/);
  return uri.includes(`!${flag}?`);
}

/**
 * Which combinations exist in a repository, and how near they are to a wish (specification 10.3): flags of `table`, by version,
 * by package, or `*`. Throws EBN084, SYS004.
 */
export function selectNearest(
  repository: string,
  atoms: readonly string[],
  table: UseTable,
): readonly Selected[] {
  return wantedEbins(repository, atoms).flatMap((ebin) => selectOne(ebin, wishFor(ebin.cpv, table)) ?? []);
}

/** The ebins of a repository that atoms ask for. Throws EBN084, SYS004. */
function wantedEbins(repository: string, atoms: readonly string[]): readonly DiskEbin[] {
  requireRepository(repository);
  // of a large repository only what may be meant is read
  const mayBe = (directory: string): boolean =>
    atoms.length === 0 || atoms.some((atom) => `${atom}-`.startsWith(`${directory}-`));
  return packageFolders(repository)
    .filter(mayBe)
    .flatMap((directory) => ebinsIn(repository, directory))
    .filter(({ cpv }) => isWanted(cpv, atoms));
}

/** Atoms that are no ebin of a repository, and flags that none of those has that are. Throws EBN084, SYS004. */
export function strangeWords(
  repository: string,
  atoms: readonly string[],
  use: readonly string[],
): { readonly atoms: readonly string[]; readonly flags: readonly string[] } {
  const ebins = wantedEbins(repository, atoms);
  const known = new Set(ebins.flatMap(({ text }) => ebuildValue(text, 'IUSE').split(' ').map(bareFlag)));
  return {
    atoms: atoms.filter((atom) => !ebins.some(({ cpv }) => isWanted(cpv, [atom]))),
    flags: ebins.length === 0 ? [] : [...new Set(use.map(bareFlag))].filter((flag) => !known.has(flag)),
  };
}

/** The ebins of a repository that atoms ask for, and its name. Throws EBN084, SYS004. */
export function listEbins(
  repository: string,
  atoms: readonly string[],
): { readonly name: string; readonly cpvs: readonly string[] } {
  const cpvs = wantedEbins(repository, atoms).map(({ cpv }) => cpv);
  return { name: repositoryName(repository), cpvs };
}

/** The name of a repository, or `ebins` when it says none. Throws SYS004. */
export const repositoryName = (repository: string): string =>
  textAt(repository, 'profiles/repo_name')?.trim() || 'ebins';

function wishFor(cpv: string, table: UseTable): readonly string[] {
  const id = parsePackageId(cpv);
  return table[cpv] ?? (id && table[`${id.category}/${id.name}`]) ?? table['*'] ?? [];
}

export interface MaskChange {
  readonly path: string;
  readonly masked: readonly string[];
  readonly isChanged: boolean;
}

const maskHead =
  '# Kept by packmill: ebins without the combination of flags that is set here. Changes are overwritten.\n';

/**
 * Keeps one file for `package.mask`, in which ebins stand that lack the wanted combination, so that the ebuilds that build from
 * source are taken (specification 10.3). Throws EBN083 for a file of somebody else, SYS004.
 */
export function keepMask(
  repository: string,
  path: string,
  given: { readonly selected: readonly Selected[]; readonly dryRun: boolean },
): MaskChange {
  const name = repositoryName(repository);
  const masked = given.selected.filter(({ isThere }) => !isThere).map(({ cpv }) => `=${cpv}::${name}`);
  return {
    path,
    masked,
    isChanged: keepOwnFile(path, { head: maskHead, lines: masked, dryRun: given.dryRun }),
  };
}

/** Writes a file of our own in one step when it differs; false when it does not. Throws EBN083, SYS004. */
export function keepOwnFile(
  path: string,
  {
    head,
    lines,
    dryRun,
  }: { readonly head: string; readonly lines: readonly string[]; readonly dryRun: boolean },
): boolean {
  const folder = path.slice(0, path.lastIndexOf('/'));
  const before = textAt(folder, path.slice(folder.length + 1));
  if (before !== undefined && !before.startsWith(head.slice(0, 18)))
    throw fault('EBN083', { what: `'${path}' was not written by packmill`, next: 'Name a file of its own.' });
  const text = head + lines.map((line) => `${line}\n`).join('');
  if (text === before || (lines.length === 0 && before === undefined)) return false;
  if (dryRun) return true;
  ensureFolder(folder);
  replaceFile(path, text);
  return true;
}
