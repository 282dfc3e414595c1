import type { Problem } from '../diagnostics/index.ts';
import {
  type CacheEntry,
  cacheVariables,
  eapiOfEbuild,
  parseCacheEntry,
  printCacheEntry,
  staleness,
} from '../formats/gentoo/index.ts';
import {
  ensureFolders,
  listFolder,
  removeEmptyFolder,
  removeEntry,
  renameEntry,
  subfolders,
  systemRandom,
  textIfThere,
  writeFileWithMode,
} from '../host/index.ts';
import { type EbuildFile, type EbuildTree, type Eclass, readEbuilds, readEclasses } from './ebuild-tree.ts';
import type { MetadataCage } from './metadata-run.ts';
import { type EbuildMetadata, type ReadMetadataInput, readMetadata } from './read-metadata.ts';

/** Where a repository keeps the metadata of its ebuilds (PMS 14). */
const cacheFolder = 'metadata/md5-cache';

/** What is known of one ebuild now. */
export interface MetadataRow extends EbuildMetadata {
  /** `kept`: the entry on disk holds; `made`: the ebuild was read; `failed`: it cannot be read and has no entry. */
  readonly origin: 'kept' | 'made' | 'failed';
}

export interface TreeMetadata {
  /** By category, name and file. */
  readonly rows: readonly MetadataRow[];
  /** Of the repository as a whole: files that are no ebuilds. */
  readonly problems: readonly Problem[];
  /** False when the signal of the cage ended it early: entries must not be removed for lack of a row. */
  readonly complete: boolean;
}

/** Reads ebuilds; the answers may come in any order. */
export type ReadsMetadata = (wish: Omit<ReadMetadataInput, 'cage'>) => Promise<void>;

export interface TreeMetadataInput {
  readonly tree: EbuildTree;
  /** A cage for our own Bash program, or another way to read ebuilds. */
  readonly by: MetadataCage | ReadsMetadata;
  /** Ids of the ebuilds to look at; undefined: all. */
  readonly only?: ((ebuild: EbuildFile) => boolean) | undefined;
  /** Reads every ebuild, whatever the entries on disk say. */
  readonly fresh?: boolean | undefined;
}

/**
 * The metadata of the ebuilds of a repository (specification 7.6): entries on disk whose ebuild, EAPI and eclasses are still
 * the same are kept, all other ebuilds are read. Writes nothing. Throws what `readMetadata` throws, and SYS004.
 */
export async function treeMetadata(input: TreeMetadataInput): Promise<TreeMetadata> {
  const { tree, by, only, fresh } = input;
  const eclasses = await readEclasses(tree);
  const { ebuilds, problems } = await readEbuilds(tree.folder);
  const wanted = only ? ebuilds.filter(only) : ebuilds;
  const textOf = (id: string): string | undefined =>
    fresh ? undefined : textIfThere(`${tree.folder}/${cacheFolder}/${id}`);
  return await metadataOf({ folder: tree.folder, eclasses, ebuilds: wanted, textOf, problems }, by);
}

/** Ebuilds and eclasses that were read, and what is known of them already. */
export interface ReadTree {
  /** For paths in messages: what eclasses of the repository itself lie below. */
  readonly folder: string;
  readonly eclasses: ReadonlyMap<string, Eclass>;
  readonly ebuilds: readonly EbuildFile[];
  /** The text of the entry of an ebuild, by id. */
  readonly textOf: (id: string) => string | undefined;
  readonly problems: readonly Problem[];
}

/** As `treeMetadata`, of what was read already. */
export async function metadataOf(
  { folder, eclasses, ebuilds, textOf, problems }: ReadTree,
  by: TreeMetadataInput['by'],
): Promise<TreeMetadata> {
  const rows = new Map<string, MetadataRow>();
  const take = (row: MetadataRow): void => void rows.set(row.ebuild.path, row);
  const stale: EbuildFile[] = [];
  for (const ebuild of ebuilds) {
    const text = textOf(ebuild.id);
    const entry = text === undefined ? undefined : keptEntry(text, ebuild, eclasses);
    if (entry) take({ ebuild, entry, problems: [], origin: 'kept' });
    else stale.push(ebuild);
  }
  if (stale.length > 0) {
    const read: ReadsMetadata =
      typeof by === 'function' ? by : async (wish) => await readMetadata({ ...wish, cage: by });
    await read({
      ebuilds: stale,
      eclasses,
      folder,
      onMetadata: (found) => take({ ...found, origin: found.entry ? 'made' : 'failed' }),
    });
  }
  return {
    rows: ebuilds.flatMap(({ path }) => rows.get(path) ?? []),
    problems,
    complete: ebuilds.every(({ path }) => rows.has(path)),
  };
}

function keptEntry(
  text: string,
  ebuild: EbuildFile,
  eclasses: ReadonlyMap<string, Eclass>,
): CacheEntry | undefined {
  const { entry } = parseCacheEntry(text, `${cacheFolder}/${ebuild.id}`);
  if (!entry || entry.md5 !== ebuild.md5) return undefined;
  const eclassMd5 = (name: string): string | undefined => eclasses.get(name)?.md5;
  if (staleness(entry, { ebuildMd5: ebuild.md5, eclassMd5 }) !== undefined) return undefined;
  const eapi = eapiOfEbuild(Buffer.from(ebuild.bytes).toString('utf8'));
  if ((entry.variables['EAPI'] ?? '0') !== eapi) return undefined;
  const known: readonly string[] = cacheVariables;
  if (!Object.keys(entry.variables).every((name) => known.includes(name))) return undefined;
  return printCacheEntry(entry) === text ? entry : undefined;
}

/** Differences between the cache on disk and what the ebuilds say, as ids. */
export interface CacheChanges {
  readonly written: readonly string[];
  /** Entries of ebuilds that are gone or cannot be read. */
  readonly removed: readonly string[];
}

export interface WriteCacheOptions {
  /** Only tells what would change. */
  readonly dryRun?: boolean;
  /** Whether entries of ebuilds that no row is about go; true unless only some ebuilds were looked at. */
  readonly prune: boolean;
}

/**
 * Brings the cache of a repository in line with what is known of its ebuilds: writes the entries that differ, each by a
 * rename, and removes those that hold no more. Killed at any moment it leaves whole entries, old or new. Throws SYS004.
 */
export async function writeCache(
  folder: string,
  rows: readonly MetadataRow[],
  options: WriteCacheOptions,
): Promise<CacheChanges> {
  const top = `${folder}/${cacheFolder}`;
  const written: string[] = [];
  const keep = new Set<string>();
  const gone: string[] = [];
  for (const { ebuild, entry, origin } of rows) {
    if (!entry) gone.push(ebuild.id);
    else keep.add(ebuild.id);
    if (!entry || origin === 'kept') continue;
    const text = printCacheEntry(entry);
    if (textIfThere(`${top}/${ebuild.id}`) === text) continue;
    written.push(ebuild.id);
    if (!options.dryRun) await replaceEntry(`${top}/${ebuild.category}`, ebuild.id.split('/')[1] ?? '', text);
  }
  const there = await cachedIds(top);
  const removed = there.filter((id) => (options.prune ? !keep.has(id) : gone.includes(id)));
  if (!options.dryRun) {
    for (const id of removed) removeEntry(`${top}/${id}`);
    for (const category of new Set(removed.map((id) => id.split('/')[0] ?? '')))
      removeEmptyFolder(`${top}/${category}`);
  }
  return { written, removed };
}

/** Not flushed to disk one by one: what a crash of the machine loses is made again. */
async function replaceEntry(folder: string, name: string, text: string): Promise<void> {
  ensureFolders([folder]);
  const temporary = `${folder}/.${name}.${systemRandom.hex(4)}`;
  await writeFileWithMode(temporary, text, 0o644);
  renameEntry(temporary, `${folder}/${name}`);
}

/** Ids of all entries, and of temporary files that a kill left; `Manifest` files of signed repositories are none. */
async function cachedIds(top: string): Promise<string[]> {
  const ids: string[] = [];
  if ((await listFolder(top)).length === 0) return ids;
  for (const category of subfolders(top)) {
    for (const { name, kind } of await listFolder(`${top}/${category}`))
      if (kind !== 'folder' && !name.startsWith('Manifest')) ids.push(`${category}/${name}`);
  }
  return ids;
}
