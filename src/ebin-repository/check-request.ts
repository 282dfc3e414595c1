import { fault, type Problem, problem } from '../diagnostics/index.ts';
import { readPick } from '../ebin-index/index.ts';
import { isAliasLength } from '../ebins/index.ts';
import { isCategoryName, isPackageName, parsePackageId } from '../formats/gentoo/index.ts';
import { entryFacts, kindsIn, pathKind } from '../host/index.ts';
import type { GenerateRequest } from './contract.ts';
import { ebinsIn, packageFolders } from './disk-package.ts';
import { type Gathered, isWanted } from './gather.ts';
import { ownFolder } from './state.ts';

type Asked = Pick<GenerateRequest, 'atoms' | 'options'>;

function isAtom(atom: string): boolean {
  const [category = '', name = '', ...rest] = atom.split('/');
  const isName = isCategoryName(category) && isPackageName(name) && rest.length === 0;
  return isName || parsePackageId(atom) !== undefined;
}

const refuse = (what: string, why: string): never => {
  throw fault('EBN083', { what, why });
};

/**
 * Holds what was asked for against what it can be, before anything is read or written: a value that is wrong for all versions is
 * no reason to refuse each of them. Throws EBN071, EBN083, SYS004.
 */
export function checkAsked({ atoms, options }: Asked): void {
  const strange = atoms.find((atom) => !isAtom(atom));
  if (strange !== undefined)
    refuse(`'${strange}' is no package`, 'Packages are named as category/name or category/name-version.');
  readPick(options.pick);
  const { uriDigits } = options;
  if (uriDigits !== undefined && !isAliasLength(uriDigits))
    refuse(
      `addresses cannot have ${uriDigits} digits`,
      'With fewer than 20 they may soon stand for two objects; a digest has 128.',
    );
  const key = options.open?.keys?.find((path) => entryFacts(path) === undefined);
  if (key !== undefined)
    refuse(`there is no key '${key}'`, 'Without it no signature of its owner would be good.');
  const mirror = options.mirrors?.find((url) => !/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(url));
  if (mirror !== undefined)
    refuse(
      `'${mirror}' is no address of a mirror`,
      'Portage appends the path of an object to it: it begins with a scheme such as https://.',
    );
}

/** Whether a folder of a repository has any ebuild. */
const hasEbuild = (folder: string): boolean => kindsIn(folder).some(({ name }) => name.endsWith('.ebuild'));

/**
 * The files of a repository are written over, its `layout.conf` among them: one that holds ebuilds, and none of ours, is left
 * alone. Throws EBN086, SYS004.
 */
export function requireOwnRepository(repository: string): void {
  if (pathKind(`${repository}/${ownFolder}`) === 'folder') return;
  const packages = packageFolders(repository);
  const isOwn = packages.some((directory) => ebinsIn(repository, directory).length > 0);
  const other = isOwn ? undefined : packages.find((directory) => hasEbuild(`${repository}/${directory}`));
  if (other !== undefined)
    throw fault('EBN086', { what: `'${repository}' holds ebuilds, and no ebin: '${other}'` });
}

/**
 * Folders without any package are more often a disk that is not mounted than the wish to remove everything. Throws EBN089 when the
 * repository has ebins, SYS004.
 */
export function requireNoEbins({ repo, pkgdirs }: Pick<GenerateRequest, 'repo' | 'pkgdirs'>): void {
  if (packageFolders(repo).every((directory) => ebinsIn(repo, directory).length === 0)) return;
  throw fault('EBN089', { what: `'${pkgdirs.join("', '")}' holds no package, and '${repo}' has ebins` });
}

/** What was named and is not there. */
export function unmatchedAtoms(
  atoms: readonly string[],
  cpvs: Iterable<string>,
  severity: 'warning' | 'error',
): readonly Problem[] {
  const all = [...cpvs];
  return atoms
    .filter((atom) => !all.some((cpv) => isWanted(cpv, [atom])))
    .map((atom) => problem('EBN087', { what: `no package is '${atom}'`, severity }));
}

/** The versions that were found, in order or not. */
export const foundVersions = ({ versions, refused }: Pick<Gathered, 'versions' | 'refused'>): string[] => [
  ...versions.keys(),
  ...refused.keys(),
];
