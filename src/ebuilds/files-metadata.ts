import { posix } from 'node:path';
import type { Problem } from '../diagnostics/index.ts';
import { md5Of, printCacheEntry } from '../formats/gentoo/index.ts';
import type { FileTree } from '../host/index.ts';
import { compareText } from '../primitives/index.ts';
import {
  type EbuildFile,
  type Eclass,
  ebuildOf,
  isEbuildOf,
  isPackageCategory,
  strangeEbuild,
} from './ebuild-tree.ts';
import { metadataOf, type TreeMetadata, type TreeMetadataInput } from './metadata-cache.ts';

/** A repository that is on no disk. */
export interface NamedFiles {
  /** For messages. */
  readonly name: string;
  readonly files: FileTree;
}

export interface FilesMetadataInput {
  readonly tree: NamedFiles;
  /** In the order of `layout.conf`: eclasses of later ones win, its own win over all. */
  readonly masters: readonly NamedFiles[];
  /** Has the entries that are known, as `metadata/md5-cache/...`. */
  readonly known: FileTree;
  readonly by: TreeMetadataInput['by'];
}

/** As `treeMetadata`, of a repository whose files are in memory. */
export async function filesMetadata({ tree, masters, known, by }: FilesMetadataInput): Promise<TreeMetadata> {
  const eclasses = new Map<string, Eclass>();
  for (const one of [...masters, tree])
    for (const eclass of eclassesOf(one)) eclasses.set(eclass.name, eclass);
  const { ebuilds, problems } = ebuildsOf(tree.files);
  const textOf = (id: string): string | undefined => {
    const file = known.get(`metadata/md5-cache/${id}`);
    return file && Buffer.from(file.bytes).toString('utf8');
  };
  return await metadataOf({ folder: tree.name, eclasses, ebuilds, textOf, problems }, by);
}

/** The cache that goes with metadata: texts by path. */
export function cacheFiles({ rows }: TreeMetadata): ReadonlyMap<string, string> {
  const entries = rows.flatMap(({ ebuild, entry }) =>
    entry ? [[`metadata/md5-cache/${ebuild.id}`, printCacheEntry(entry)] as const] : [],
  );
  return new Map(entries);
}

function* eclassesOf({ name: top, files }: NamedFiles): Generator<Eclass> {
  for (const path of files.keys()) {
    const name = /^eclass\/([^/]+)\.eclass$/.exec(path)?.[1];
    const bytes = name === undefined ? undefined : bytesAt(files, path);
    if (name !== undefined && bytes) yield { name, path: `${top}/${path}`, bytes, md5: md5Of(bytes) };
  }
}

function ebuildsOf(files: FileTree): {
  readonly ebuilds: readonly EbuildFile[];
  readonly problems: readonly Problem[];
} {
  const ebuilds: EbuildFile[] = [];
  const problems: Problem[] = [];
  const paths = [...files.keys()].filter((path) => /^[^/]+\/[^/]+\/[^/]+\.ebuild$/.test(path));
  for (const path of paths.sort(compareText)) {
    const [category = '', name = '', fileName = ''] = path.split('/');
    const at = { category, name, fileName };
    if (!isPackageCategory(category)) continue;
    const bytes = isEbuildOf(at) ? bytesAt(files, path) : undefined;
    if (bytes) ebuilds.push(ebuildOf(at, bytes));
    else problems.push(strangeEbuild(at));
  }
  return { ebuilds, problems };
}

/** As many links as systems follow. */
const mostLinks = 40;

/** The bytes of a file; links are followed as long as they stay among the files. */
function bytesAt(files: FileTree, path: string): Uint8Array | undefined {
  let at = path;
  for (let links = 0; links < mostLinks; links += 1) {
    const file = files.get(at);
    if (file?.mode !== '120000') return file?.bytes;
    at = posix.join(posix.dirname(at), Buffer.from(file.bytes).toString('utf8'));
  }
  return undefined;
}
