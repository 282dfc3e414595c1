import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';

/** An entry at the top of a root file system. */
export interface RootEntry {
  readonly name: string;
  readonly kind: 'folder' | 'link' | 'other';
  /** Where a link points to, as written. */
  readonly destination: string | undefined;
}

/** Entries of a folder, by code point order. Throws the system's error, which names the path. */
export function listRoot(path: string): readonly RootEntry[] {
  return readdirSync(path, { withFileTypes: true })
    .map((entry): RootEntry => {
      const kind = entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'other';
      const destination = kind === 'link' ? readlinkSync(join(path, entry.name)) : undefined;
      return { name: entry.name, kind, destination };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether something is at `path`, links followed. */
export function pathExists(path: string): boolean {
  return existsSync(path);
}

/** The path with every link resolved; the path itself when nothing is there. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Whether a folder is missing or has no entries. */
export function isEmptyFolder(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return true;
  }
}

/** Makes folders (with parents) that are not there yet, each with exactly this mode whatever the umask. */
export function ensureFolders(paths: readonly string[], mode = 0o755): void {
  for (const path of paths) {
    if (existsSync(path)) continue;
    const before = process.umask(0);
    try {
      mkdirSync(path, { recursive: true, mode });
    } finally {
      process.umask(before);
    }
  }
}

/** Makes a symbolic link unless something is there already. */
export function ensureLink(path: string, destination: string): void {
  try {
    symlinkSync(destination, path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
}

/**
 * Files and folders below `path` that not every user of the machine may read, at most `depth` levels
 * down; what lies in such a folder is not listed again. Links are left out.
 */
export function privateEntries(
  path: string,
  depth: number,
): readonly { readonly path: string; readonly folder: boolean }[] {
  const found: { path: string; folder: boolean }[] = [];
  let names: string[];
  try {
    names = readdirSync(path);
  } catch {
    return found;
  }
  for (const name of names) {
    const full = join(path, name);
    const facts = lstatSync(full, { throwIfNoEntry: false });
    if (facts === undefined || facts.isSymbolicLink()) continue;
    if (facts.isDirectory()) {
      if ((facts.mode & 0o005) !== 0o005) found.push({ path: full, folder: true });
      else if (depth > 1) found.push(...privateEntries(full, depth - 1));
    } else if ((facts.mode & 0o004) === 0) {
      found.push({ path: full, folder: false });
    }
  }
  return found;
}

/** Whether there is a folder of that name in which we may make files. */
export function isFolderWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
