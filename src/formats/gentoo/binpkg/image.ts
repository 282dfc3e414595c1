import { fault } from '../../../diagnostics/index.ts';
import type { TarEntryType, WalkedTarEntry } from '../../archives/index.ts';

/** One name of an image, below its root. */
export interface ImageEntry {
  /** Without a slash in front or at the end. */
  readonly path: string;
  readonly type: 'folder' | 'file' | 'symlink' | 'hardlink' | 'fifo';
  /** Permission bits, set-id and sticky bits included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly uname: string;
  readonly gname: string;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** Of a file. */
  readonly sizeBytes: number;
  /** Of a symbolic link as written, of a hard link the path of an earlier entry; empty for others. */
  readonly target: string;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  /** Where in the image's tar the bytes of a file begin. */
  readonly bodyOffset: number;
}

/** How an image's tar is to be read. */
export interface ImageShape {
  readonly format: 'gpkg' | 'xpak';
  /** Name of the package file, for messages. */
  readonly file: string;
  /** The prefix of the system the build is for, such as `/opt/gentoo`; it is taken away. */
  readonly prefix?: string | undefined;
  /** Most entries; default two million. */
  readonly maxEntries?: number | undefined;
}

const noXattrs: ReadonlyMap<string, Uint8Array> = new Map();

class ImageReader {
  readonly entries = new Map<string, ImageEntry>();
  /** Folders that something is in, whether they have an entry or not. */
  readonly #above = new Set<string>();
  readonly #shape: ImageShape;
  readonly #prefix: readonly string[];
  constructor(shape: ImageShape) {
    this.#shape = shape;
    this.#prefix = (shape.prefix ?? '').split('/').filter((part) => part !== '');
  }

  #refuse(words: string): Error {
    return fault('EBN004', { what: words, place: { file: this.#shape.file } });
  }

  /** The path of a name below the root of the image; undefined for the root itself and what is above a prefix. */
  #pathOf(name: string): string | undefined {
    if (name.startsWith('/')) throw this.#refuse(`'${name}' begins at the root`);
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..')) throw this.#refuse(`'${name}' leads outside`);
    if (name.includes('\0')) throw this.#refuse(`'${name}' has a zero byte`);
    if (this.#shape.format === 'gpkg' && parts.shift() !== 'image')
      throw this.#refuse(`'${name}' is not below 'image'`);
    for (const part of this.#prefix) {
      const own = parts.shift();
      if (own === undefined) return undefined;
      if (own !== part) throw this.#refuse(`'${name}' is not below the prefix`);
    }
    return parts.length === 0 ? undefined : parts.join('/');
  }

  #typeOf(type: TarEntryType, name: string): ImageEntry['type'] {
    if (type === 'character-device' || type === 'block-device') throw this.#refuse(`'${name}' is a device`);
    if (type === 'fifo' && this.#shape.format === 'gpkg') throw this.#refuse(`'${name}' is a named pipe`);
    return type;
  }

  /** What a hard link leads to. One to a symbolic link, which some writers make, is that link once more. */
  #linkOf(entry: WalkedTarEntry, path: string): Pick<ImageEntry, 'type' | 'target'> {
    const target = this.#pathOf(entry.linkPath);
    const there = target === undefined ? undefined : this.entries.get(target);
    if (there?.type === 'symlink' || there?.type === 'hardlink') return there;
    if (there?.type !== 'file')
      throw this.#refuse(`'${path}' is a link to '${entry.linkPath}', which is no file before it`);
    return { type: 'hardlink', target: there.path };
  }

  add(entry: WalkedTarEntry): void {
    if (!entry.isUtf8) throw this.#refuse(`the name '${entry.path}' is not UTF-8`);
    const path = this.#pathOf(entry.path);
    const type = this.#typeOf(entry.type, entry.path);
    if (path === undefined) {
      if (type !== 'folder') throw this.#refuse(`'${entry.path}' is the root and no folder`);
      return;
    }
    if (this.entries.has(path)) throw this.#refuse(`'${path}' is there twice`);
    this.#checkParents(path, type);
    if (this.entries.size >= (this.#shape.maxEntries ?? 2_000_000))
      throw fault('EBN008', { what: 'the image has too many files', place: { file: this.#shape.file } });
    const { mode, uid, gid, uname, gname, mtime, sizeBytes, bodyOffset, xattrs = noXattrs } = entry;
    const { type: kind, target } =
      type === 'hardlink' ? this.#linkOf(entry, path) : { type, target: entry.linkPath };
    const facts = { mode, uid, gid, uname, gname, mtime, sizeBytes, bodyOffset, xattrs };
    this.entries.set(path, { path, type: kind, target, ...facts });
  }

  /** A name below something that is no folder would be written to wherever that leads. */
  #checkParents(path: string, type: ImageEntry['type']): void {
    if (type !== 'folder' && this.#above.has(path))
      throw this.#refuse(`'${path}' has files below it and is no folder`);
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const parent = path.slice(0, slash);
      if (this.#above.has(parent)) return;
      this.#above.add(parent);
      const there = this.entries.get(parent);
      if (there && there.type !== 'folder')
        throw this.#refuse(`'${path}' is below '${parent}', which is no folder`);
    }
  }
}

/**
 * The entries of an image in the order of its tar, each checked (specification 2.8, 5.1): names inside, once, UTF-8, not
 * through links; hard links to files that were there before; no devices, and no pipes in a GPKG.
 * @throws EBN004, EBN008, and what walking the tar throws
 */
export async function readImage(
  entries: AsyncIterable<WalkedTarEntry>,
  shape: ImageShape,
): Promise<readonly ImageEntry[]> {
  const reader = new ImageReader(shape);
  for await (const entry of entries) reader.add(entry);
  return [...reader.entries.values()];
}
