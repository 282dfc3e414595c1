import { chmod, lchown, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathProblem } from './file-entry.ts';
import { fsyncDirectory } from './files.ts';

/** User and group ids of this process. */
export function ownUser(): { readonly uid: number; readonly gid: number } {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

/** Makes a folder and its parents; the folder itself then belongs to `owner`. Throws SYS004. */
export async function makeOwnedFolder(
  path: string,
  owner: { readonly uid: number; readonly gid: number } | undefined,
): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    if (owner !== undefined) await lchown(path, owner.uid, owner.gid);
  } catch (error) {
    throw pathProblem('make the folder', path, error);
  }
}

/** Gives `path` and everything below it to `owner`; links are given, never followed. Throws SYS004. */
export async function giveTree(
  path: string,
  owner: { readonly uid: number; readonly gid: number },
): Promise<void> {
  try {
    await lchown(path, owner.uid, owner.gid);
    if (!(await lstat(path)).isDirectory()) return;
    for (const name of await readdir(path)) await giveTree(join(path, name), owner);
  } catch (error) {
    if (error instanceof Error && error.name === 'ProblemError') throw error;
    throw pathProblem('give away', path, error);
  }
}

const isGone = (error: unknown): boolean => (error as { code?: string }).code === 'ENOENT';

/** Lets us into every folder below `path`; what vanishes meanwhile is fine. */
async function openFolders(path: string): Promise<void> {
  try {
    if (!(await lstat(path)).isDirectory()) return;
    await chmod(path, 0o700);
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.isDirectory()) await openFolders(join(path, entry.name));
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** A removal that fails is still at work in other folders for a moment, so one more try may meet its traces. */
const removalRounds = 5;

/**
 * Removes a folder with everything in it, also where strangers have taken away our permissions on
 * folders that belong to us. Nothing there is fine. Throws SYS004.
 */
export async function removeTree(path: string): Promise<void> {
  for (let round = 1; ; round += 1) {
    try {
      if (round > 1) await openFolders(path);
      await rm(path, { recursive: true, force: true, maxRetries: 2 });
      return;
    } catch (error) {
      if (round === removalRounds) throw pathProblem('remove', path, error);
    }
  }
}

/** Gives a finished folder its name in one step; when another one has it already, that one stays. */
export async function moveFolder(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
    fsyncDirectory(dirname(to));
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw pathProblem('make the folder', to, error);
  }
}
