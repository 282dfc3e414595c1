import type { FileTree, TreeFile } from '../host/index.ts';

/** Files of a kit while it is put together: by path, and quick to replace package by package. */
export class KitFiles {
  /** By the first two parts of the path, which are a package's folder. */
  readonly #groups = new Map<string, Map<string, TreeFile>>();

  put(path: string, file: TreeFile): void {
    const key = groupOf(path);
    const group = this.#groups.get(key) ?? new Map<string, TreeFile>();
    this.#groups.set(key, group);
    group.set(path, file);
  }

  putText(path: string, text: string): void {
    this.put(path, { bytes: Buffer.from(text), mode: '100644' });
  }

  putAll(files: Iterable<readonly [string, TreeFile]>): void {
    for (const [path, file] of files) this.put(path, file);
  }

  get(path: string): TreeFile | undefined {
    return this.#groups.get(groupOf(path))?.get(path);
  }

  text(path: string): string | undefined {
    const file = this.get(path);
    return file && Buffer.from(file.bytes).toString('utf8');
  }

  remove(path: string): void {
    this.#groups.get(groupOf(path))?.delete(path);
  }

  /** Replaces the folder of a package by these files, whose paths begin with it; without any it is gone. */
  replacePackage(catpkg: string, files: Iterable<readonly [string, TreeFile]>): void {
    this.#groups.delete(catpkg);
    this.putAll(files);
  }

  /** Files below `category/name`. */
  packageFiles(catpkg: string): readonly (readonly [string, TreeFile])[] {
    return [...(this.#groups.get(catpkg) ?? [])].filter(([path]) => path.startsWith(`${catpkg}/`));
  }

  /** `category/name` of folders with ebuilds. */
  packages(): readonly string[] {
    return packagesOf(this.paths());
  }

  *paths(): IterableIterator<string> {
    for (const group of this.#groups.values()) yield* group.keys();
  }

  /** All files, sorted by path. */
  tree(): FileTree {
    const files = [...this.#groups.values()].flatMap((group) => [...group]);
    return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

const groupOf = (path: string): string => path.split('/', 2).join('/');

/** `category/name` of each folder at that depth in which an ebuild lies. */
export function packagesOf(paths: Iterable<string>): readonly string[] {
  const found = new Set<string>();
  for (const path of paths) {
    const catpkg = /^([^/]+\/[^/]+)\/[^/]+\.ebuild$/.exec(path)?.[1];
    if (catpkg !== undefined) found.add(catpkg);
  }
  return [...found];
}
