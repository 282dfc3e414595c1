import { type Problem, problem } from '../../diagnostics/index.ts';
import { type EbuildTree, readEclasses, treeMetadata } from '../../ebuilds/index.ts';
import {
  checkTree,
  parseArchitectures,
  parseCategories,
  printCacheEntry,
} from '../../formats/gentoo/index.ts';
import { bytesIfThere, listFolder, readFileTree, textIfThere } from '../../host/index.ts';
import { metadataReader, type ReaderOptions, treeAt } from './metadata-reader.ts';

export interface CheckTreeOptions extends ReaderOptions {
  readonly folder: string;
  readonly masters: readonly string[];
}

export interface CheckTreeReport {
  readonly folder: string;
  readonly ebuilds: number;
  /** Places are relative to the repository. */
  readonly problems: readonly Problem[];
  /** False when it was interrupted. */
  readonly complete: boolean;
}

const mostBytes = 4 * 1024 * 1024 * 1024;
const cacheTop = 'metadata/md5-cache/';

/**
 * `packmill tree check`: whether a repository keeps to PMS and to itself. Every ebuild is read, also those with an entry in
 * the cache, and the entries are held against what the ebuilds say (EBD015); then names, Manifests, SRC_URI, dependencies
 * and REQUIRED_USE are judged on what they say (PMS002 to PMS054). Writes nothing. Throws EBD and SBX problems.
 */
export async function checkTreeFolder(options: CheckTreeOptions): Promise<CheckTreeReport> {
  const tree = treeAt(options.folder, options.masters);
  const { rows, complete } = await treeMetadata({ tree, by: metadataReader(options), fresh: true });
  const files = await readFileTree(tree.folder, { skip: new Set(['.git']), mostBytes });
  const texts = new Map<string, Uint8Array>();
  for (const [path, { bytes, mode }] of files) {
    const linked = mode === '120000' ? bytesIfThere(`${tree.folder}/${path}`) : bytes;
    if (linked) texts.set(path, linked);
  }
  const problems: Problem[] = rows.flatMap((row) => row.problems);
  const failed = new Set<string>();
  const hasCache = [...texts.keys()].some((path) => path.startsWith(cacheTop));
  for (const { ebuild, entry } of rows) {
    const path = `${cacheTop}${ebuild.id}`;
    if (!entry) failed.add(path);
    const there = texts.get(path);
    const said = entry && printCacheEntry(entry);
    if (said !== undefined && there && Buffer.from(there).toString('utf8') !== said)
      problems.push(
        problem('EBD015', { what: `the entry of '${ebuild.id}' is not what it says`, place: { file: path } }),
      );
    // Judged is what the ebuild says now, whatever the cache says; a cache with gaps is a problem of its own.
    if (said !== undefined && (there || !hasCache)) texts.set(path, Buffer.from(said));
  }
  const read = (path: string): Uint8Array => texts.get(path) ?? new Uint8Array();
  const around = { ...(await surroundings(tree)), needsCache: hasCache };
  const judged = checkTree({ paths: [...texts.keys()].sort(), read }, around);
  const isOfFailed = ({ code, place }: Problem): boolean =>
    code === 'PMS053' && failed.has(place?.file ?? '');
  problems.push(...judged.filter((one) => !isOfFailed(one)));
  return { folder: tree.folder, ebuilds: rows.length, problems, complete };
}

async function surroundings(tree: EbuildTree): Promise<{
  readonly categories: ReadonlySet<string>;
  readonly eclasses: ReadonlyMap<string, string>;
  readonly licenses?: ReadonlySet<string>;
  readonly implicitFlags: ReadonlySet<string>;
}> {
  const categories = new Set<string>();
  const licenses = new Set<string>();
  for (const master of tree.masters) {
    const text = textIfThere(`${master}/profiles/categories`) ?? '';
    for (const one of parseCategories(text, 'profiles/categories').categories) categories.add(one);
    for (const { name } of await listFolder(`${master}/licenses`)) licenses.add(name);
  }
  // USE_EXPAND_UNPREFIXED of profiles is ARCH wherever there are profiles (PMS 5.3.2).
  const architectures = [...tree.masters, tree.folder].flatMap((top) =>
    parseArchitectures(textIfThere(`${top}/profiles/arch.list`) ?? ''),
  );
  const eclasses = await readEclasses(tree);
  return {
    categories,
    eclasses: new Map([...eclasses.values()].map(({ name, md5 }) => [name, md5])),
    ...(licenses.size > 0 ? { licenses } : {}),
    implicitFlags: new Set(architectures),
  };
}
