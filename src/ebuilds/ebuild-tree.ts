import { fault, type Problem, problem } from '../diagnostics/index.ts';
import {
  isCategoryName,
  layoutOf,
  md5Of,
  noCategories,
  parseEbuildFileName,
  parseLayout,
  parseRepoName,
} from '../formats/gentoo/index.ts';
import { bytesIfThere, listFolder, pathKind, subfolders, textIfThere } from '../host/index.ts';

/** An ebuild repository on disk. */
export interface EbuildTree {
  /** Absolute path of its top folder. */
  readonly folder: string;
  /** Top folders of its masters in the order of `layout.conf`: eclasses of later ones win, its own win over all. */
  readonly masters: readonly string[];
}

/** One ebuild of a repository with its bytes. */
export interface EbuildFile {
  /** `category/name-version`, the name of its cache entry. */
  readonly id: string;
  /** Relative to the top of the repository. */
  readonly path: string;
  readonly category: string;
  readonly name: string;
  /** Without the revision. */
  readonly version: string;
  /** `r0` when the name has none. */
  readonly revision: string;
  readonly bytes: Uint8Array;
  readonly md5: string;
}

/** One eclass that ebuilds of a repository get. */
export interface Eclass {
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly md5: string;
}

/**
 * A repository by its folder, with its masters: those of `layout.conf`, looked for by name among `known` folders and the
 * neighbours of the repository. Throws EBD013 for a folder that is none, EBD014 for a master that is nowhere.
 */
export function openTree(folder: string, known: readonly string[] = []): EbuildTree {
  const file = `${folder}/metadata/layout.conf`;
  const text = textIfThere(file);
  if (text === undefined && textIfThere(`${folder}/profiles/repo_name`) === undefined)
    throw fault('EBD013', { what: `'${folder}' is no ebuild repository` });
  const wanted = layoutOf(parseLayout(text ?? '', file).settings).masters ?? [];
  const above = folder.replace(/\/[^/]+$/, '') || '/';
  const places =
    wanted.length === 0 ? [] : [...known, ...subfolders(above).map((name) => `${above}/${name}`)];
  const masters = wanted.map((name) => {
    const place = places.find((one) => repositoryName(one) === name);
    if (place === undefined)
      throw fault('EBD014', { what: `master '${name}' of '${folder}' is not found`, place: { file } });
    return place;
  });
  return { folder, masters };
}

function repositoryName(folder: string): string | undefined {
  const named = parseRepoName(textIfThere(`${folder}/profiles/repo_name`) ?? '');
  if (named !== undefined) return named;
  const file = `${folder}/metadata/layout.conf`;
  return layoutOf(parseLayout(textIfThere(file) ?? '', file).settings).repoName;
}

/** The eclasses that ebuilds of a repository get, by name (PMS 10.1). Throws SYS004. */
export async function readEclasses({ folder, masters }: EbuildTree): Promise<ReadonlyMap<string, Eclass>> {
  const eclasses = new Map<string, Eclass>();
  for (const top of [...masters, folder]) {
    for (const entry of await listFolder(`${top}/eclass`)) {
      if (!entry.name.endsWith('.eclass') || pathKind(entry.path) !== 'file') continue;
      const name = entry.name.slice(0, -'.eclass'.length);
      const bytes = bytesIfThere(entry.path);
      if (bytes) eclasses.set(name, { name, path: entry.path, bytes, md5: md5Of(bytes) });
    }
  }
  return eclasses;
}

/**
 * All ebuilds of a repository by category, name and file, links followed. Files whose names are not those of ebuilds of
 * their folder are PMS051 and left out. Throws SYS004.
 */
export async function readEbuilds(folder: string): Promise<{
  readonly ebuilds: readonly EbuildFile[];
  readonly problems: readonly Problem[];
}> {
  const ebuilds: EbuildFile[] = [];
  const problems: Problem[] = [];
  for (const category of subfolders(folder)) {
    if (!isPackageCategory(category)) continue;
    for (const name of subfolders(`${folder}/${category}`)) {
      for (const { name: fileName } of await listFolder(`${folder}/${category}/${name}`)) {
        if (!fileName.endsWith('.ebuild')) continue;
        const ebuild = readEbuild(folder, { category, name, fileName });
        if (ebuild) ebuilds.push(ebuild);
        else problems.push(strangeEbuild({ category, name, fileName }));
      }
    }
  }
  return { ebuilds, problems };
}

/** Whether a folder at the top can have packages in it. */
export const isPackageCategory = (name: string): boolean => !noCategories.has(name) && isCategoryName(name);

/** The remark on a file that ends in `.ebuild` and is none of its folder. */
export const strangeEbuild = ({ category, name, fileName }: EbuildPlace): Problem =>
  problem('PMS051', {
    what: `'${fileName}' is not the name of an ebuild of '${name}'`,
    place: { file: `${category}/${name}/${fileName}` },
  });

/** Where an ebuild lies. */
export interface EbuildPlace {
  readonly category: string;
  readonly name: string;
  readonly fileName: string;
}

function readEbuild(folder: string, at: EbuildPlace): EbuildFile | undefined {
  if (!isEbuildOf(at)) return undefined;
  const path = `${folder}/${at.category}/${at.name}/${at.fileName}`;
  const bytes = pathKind(path) === 'file' ? bytesIfThere(path) : undefined;
  return bytes && ebuildOf(at, bytes);
}

/** Whether the name of a file is that of an ebuild of its folder. */
export const isEbuildOf = ({ name, fileName }: EbuildPlace): boolean =>
  parseEbuildFileName(fileName)?.name === name;

/** An ebuild by its place, which `isEbuildOf`, and its bytes. */
export function ebuildOf({ category, name, fileName }: EbuildPlace, bytes: Uint8Array): EbuildFile {
  const path = `${category}/${name}/${fileName}`;
  const full = fileName.slice(name.length + 1, -'.ebuild'.length);
  const version = full.replace(/-r[0-9]+$/, '');
  return {
    id: `${category}/${fileName.slice(0, -'.ebuild'.length)}`,
    path,
    category,
    name,
    version,
    revision: version === full ? 'r0' : full.slice(version.length + 1),
    bytes,
    md5: md5Of(bytes),
  };
}
