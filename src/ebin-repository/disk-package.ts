import { isUnreadable, type NamedUri, type ReadText, readText } from '../ebin-index/index.ts';
import { type ManifestEntry, parseEbuildFileName, parseManifest } from '../formats/gentoo/index.ts';
import { bytesIfThere, kindsIn, namesIn } from '../host/index.ts';
import { compareBytes } from '../primitives/index.ts';

/** Text of a file below a repository; undefined when there is none. Throws SYS004. */
export function textAt(repository: string, path: string): string | undefined {
  const bytes = bytesIfThere(`${repository}/${path}`);
  return bytes && Buffer.from(bytes).toString('utf8');
}

/** An ebuild of the generator as it lies on disk. */
export interface DiskEbin {
  /** `category/name-version[-rN]` of the ebin itself. */
  readonly cpv: string;
  /** The version that it was made from. */
  readonly origin: string;
  /** Below the repository. */
  readonly path: string;
  readonly text: string;
}

/** The variable of an ebuild that the generator wrote. */
export const ebuildValue = (text: string, name: string): string =>
  new RegExp(`^${name}="([^"]*)"`, 'm').exec(text)?.[1]?.trim() ?? '';

/** The version that an ebuild of the generator was made from; undefined for ebuilds of others. */
export const originIn = (text: string): string | undefined => /^# ebins \d+: ([^\s,]+),/.exec(text)?.[1];

/** All files that an ebuild can ask for, whatever the flags. */
export function allUris(text: string): readonly NamedUri[] {
  const read = readText(ebuildValue(text, 'SRC_URI'), { kind: 'src-uri' });
  return isUnreadable(read) ? [] : itemsOf(read);
}

const itemsOf = ({ nodes }: ReadText): NamedUri[] =>
  nodes.flatMap(({ kind, word, rename }) =>
    kind === 'item' ? [{ uri: word, name: rename ?? word.slice(word.lastIndexOf('/') + 1) }] : [],
  );

/** The ebins in the folder of a package, by file name; ebuilds of others are left out. Throws SYS004. */
export function ebinsIn(repository: string, directory: string): readonly DiskEbin[] {
  const [category = '', name = ''] = directory.split('/');
  return [...namesIn(`${repository}/${directory}`)].sort(compareBytes).flatMap((file) => {
    const path = `${directory}/${file}`;
    const text = parseEbuildFileName(file)?.name === name ? textAt(repository, path) : undefined;
    const origin = originIn(text ?? '');
    if (text === undefined || origin === undefined) return [];
    return [{ cpv: `${category}/${file.slice(0, -'.ebuild'.length)}`, origin, path, text }];
  });
}

/** Folders of packages, `category/name`, sorted. Throws SYS004. */
export function packageFolders(repository: string): readonly string[] {
  const folders = (path: string): string[] =>
    kindsIn(path).flatMap(({ name, kind }) => (kind === 'folder' && !name.startsWith('.') ? [name] : []));
  return folders(repository)
    .filter((name) => name !== 'profiles' && name !== 'metadata' && name !== 'eclass' && name !== 'licenses')
    .flatMap((category) => folders(`${repository}/${category}`).map((name) => `${category}/${name}`))
    .sort(compareBytes);
}

/** Lines of a package's Manifest; none when there is none. Throws SYS004. */
export function manifestOf(repository: string, directory: string): readonly ManifestEntry[] {
  const path = `${directory}/Manifest`;
  const text = textAt(repository, path);
  return text === undefined ? [] : parseManifest(text, path).manifest.entries;
}

/** Where the cache has its entry. */
export const cachePath = (cpv: string): string => `metadata/md5-cache/${cpv}`;
