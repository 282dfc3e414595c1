/** What git calls an entry: a file, an executable file, a symbolic link (its bytes are its target), a submodule. */
export type FileMode = '100644' | '100755' | '120000' | '160000';

/** The files of one recipe, by path inside its folder. */
export interface RecipeFolder {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Those that are no ordinary files. */
  readonly modes?: ReadonlyMap<string, FileMode>;
}

/** The files that say whether a recipe has changed at all (specification 7.11). */
export const decidingFiles = ['PKGBUILD', '.SRCINFO'] as const;

/** Whether a file is no part of what comes from upstream: settings of the repository, leftovers of git. */
export function isOwnFile(path: string): boolean {
  return /^(?:\.CI|\.git)(?:\/|$)/.test(path) || path === '.gitignore';
}

export function modeOf(folder: RecipeFolder, path: string): FileMode {
  return folder.modes?.get(path) ?? '100644';
}

export function equalBytes(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (!one || !other) return one === other;
  return one.byteLength === other.byteLength && one.every((byte, index) => byte === other[index]);
}

const isLinked = (mode: FileMode): boolean => mode === '120000' || mode === '160000';

/** Whether the file is the same on both sides: bytes (absent on both counts too), and file or link alike. */
export function isSameFile(before: RecipeFolder, after: RecipeFolder, path: string): boolean {
  const [one, other] = [modeOf(before, path), modeOf(after, path)];
  if (isLinked(one) || isLinked(other) ? one !== other : false) return false;
  return equalBytes(before.files.get(path), after.files.get(path));
}

/** The text of a file, byte-order mark kept; undefined when its bytes are no UTF-8. */
export function textOf(bytes: Uint8Array | undefined): string | undefined {
  if (!bytes) return '';
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** All paths of both sides that count, sorted by code point. */
export function pathsOf(before: RecipeFolder, after: RecipeFolder): readonly string[] {
  const paths = new Set([...before.files.keys(), ...after.files.keys()]);
  return [...paths].filter((path) => !isOwnFile(path)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
