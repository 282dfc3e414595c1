import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { fault, messageOf, type ProblemError } from '../diagnostics/index.ts';
import { atOnce } from '../primitives/index.ts';

/** Facts of one name in a folder, without following a symbolic link. */
export interface EntryFacts {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly sizeBytes: number;
  /** Same device and inode: the same bytes under another name. */
  readonly device: number;
  readonly inode: number;
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number;
  /** How many names the file has. */
  readonly names: number;
  /** Permission bits, set-id and sticky bits included. */
  readonly mode: number;
}

const codeOf = (error: unknown): string | undefined => (error as { code?: string }).code;

/** The problem SYS004 for a system error about one path. */
export function pathProblem(action: string, path: string, error: unknown): ProblemError {
  const message = messageOf(error);
  return fault('SYS004', { what: `cannot ${action} '${path}': ${message}`, cause: error });
}

function onPath<Result>(action: string, path: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw pathProblem(action, path, error);
  }
}

/** Like `onPath`; undefined when there is nothing of that name. */
function ifThere<Result>(action: string, path: string, run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw pathProblem(action, path, error);
  }
}

/** What the facts of the system are about. */
export function kindOf(facts: Pick<Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): EntryFacts['kind'] {
  if (facts.isFile()) return 'file';
  if (facts.isDirectory()) return 'folder';
  return facts.isSymbolicLink() ? 'link' : 'other';
}

/** Facts of a name; undefined when there is none. Throws SYS004. */
export function entryFacts(path: string): EntryFacts | undefined {
  const facts = ifThere('look at', path, () => lstatSync(path, { throwIfNoEntry: false }));
  if (!facts) return undefined;
  return {
    kind: kindOf(facts),
    sizeBytes: facts.size,
    device: facts.dev,
    inode: facts.ino,
    modifiedMs: facts.mtimeMs,
    names: facts.nlink,
    mode: facts.mode & 0o7777,
  };
}

/** All bytes of a file; undefined when there is none. Throws SYS004. */
export function bytesIfThere(path: string): Uint8Array | undefined {
  return ifThere('read', path, () => readFileSync(path));
}

/** Names in a folder, in no order; an absent folder has none. Throws SYS004. */
export function namesIn(path: string): readonly string[] {
  return ifThere('list', path, () => readdirSync(path)) ?? [];
}

/** Names in a folder with their kinds, in no order, without looking at each; an absent folder has none. Throws SYS004. */
export function kindsIn(
  path: string,
): readonly { readonly name: string; readonly kind: EntryFacts['kind'] }[] {
  const entries = ifThere('list', path, () => readdirSync(path, { withFileTypes: true })) ?? [];
  return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
}

/** Where a symbolic link points to; undefined when there is no link of that name. Throws SYS004. */
export function linkDestination(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EINVAL') return undefined;
    throw pathProblem('read the link', path, error);
  }
}

/**
 * Gives a file one more name; false when the name is taken (nothing is changed then). Where the file system
 * refuses another name (other device, too many names) it is copied, durably. Throws SYS004.
 */
export function linkNew(existing: string, path: string): boolean {
  try {
    linkSync(existing, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!['EXDEV', 'EPERM', 'EMLINK'].includes(codeOf(error) ?? '')) throw pathProblem('link', path, error);
  }
  const temporary = `${path}.copying`;
  onPath('copy', path, () => {
    copyFileSync(existing, temporary, constants.COPYFILE_FICLONE);
    const fd = openSync(temporary, constants.O_RDONLY);
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  });
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw pathProblem('link', path, error);
  } finally {
    removeEntry(temporary);
  }
}

/** Renames within one file system; what had the new name is replaced. Throws SYS004. */
export function renameEntry(path: string, newPath: string): void {
  onPath(`rename to '${newPath}'`, path, () => renameSync(path, newPath));
}

/** Removes one name that is no folder; false when there is none. Throws SYS004. */
export function removeEntry(path: string): boolean {
  const removed = ifThere('remove', path, () => {
    unlinkSync(path);
    return true;
  });
  return removed ?? false;
}

/** Removes a folder that is empty; false when it is not, or there is none. Throws SYS004. */
export function removeEmptyFolder(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) return false;
    throw pathProblem('remove the folder', path, error);
  }
}

/** Makes a folder and its parents, with exactly `mode` for the folder itself. Throws SYS004. */
export function ensureFolder(path: string, mode = 0o755): void {
  onPath('make the folder', path, () => {
    if (mkdirSync(path, { recursive: true }) !== undefined) chmodSync(path, mode);
  });
}

/** Makes a symbolic link where nothing is yet. Throws SYS004. */
export function makeSymlink(path: string, destination: string): void {
  onPath('link', path, () => symlinkSync(destination, path));
}

/** Sets the permissions of a file. Throws SYS004. */
export function setMode(path: string, mode: number): void {
  onPath('set the permissions of', path, () => chmodSync(path, mode));
}

/** Sets the time of last change, in milliseconds since the epoch. Throws SYS004. */
export function setModifiedTime(path: string, timeMs: number): void {
  onPath('set the time of', path, () => utimesSync(path, timeMs / 1000, timeMs / 1000));
}

/** As many as Node has threads for files. */
export const syncsAtOnce = 4;

/** Makes a file or a folder durable. Throws the system's error. */
export async function syncPath(path: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes files or folders durable, several at a time so that the file system can group its work. Throws SYS004. */
export async function syncPaths(paths: readonly string[]): Promise<void> {
  await atOnce(paths, { most: syncsAtOnce }, async (path) => {
    try {
      await syncPath(path);
    } catch (error) {
      throw pathProblem('make durable', path, error);
    }
  });
}

/** Writes the pieces to a file that is replaced when it exists; not durable until `syncPaths`. Throws SYS004. */
export async function writePieces(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  try {
    const file = await open(path, 'w', 0o644);
    try {
      await file.writeFile(Buffer.concat(pieces));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw pathProblem('write', path, error);
  }
}
