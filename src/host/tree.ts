import { constants } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, open, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Copies a folder: regular files (reflinked where the file system can), folders and symbolic links as
 * links; devices, sockets and pipes are left out. `skip` names entries of the top folder to leave out.
 */
export async function copyTree(
  source: string,
  destination: string,
  skip: ReadonlySet<string>,
): Promise<void> {
  await mkdir(destination, { recursive: true });
  for (const entry of await readdir(source, { withFileTypes: true })) {
    if (skip.has(entry.name)) continue;
    const from = join(source, entry.name);
    const to = join(destination, entry.name);
    if (entry.isDirectory()) await copyTree(from, to, new Set());
    else if (entry.isSymbolicLink()) await symlink(await readlink(from), to);
    else if (entry.isFile()) await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}

export interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** Only `file` may be opened without fear; links and devices made by strangers are `other`. */
  readonly kind: 'file' | 'folder' | 'other';
}

/** Entries of a folder by code point order, without following links; an absent folder has none. */
export async function listFolder(path: string): Promise<readonly FolderEntry[]> {
  let names: string[];
  try {
    names = await readdir(path);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return [];
    throw error;
  }
  const entries = await Promise.all(
    names.map(async (name): Promise<FolderEntry> => {
      const full = join(path, name);
      const facts = await lstat(full);
      const kind = facts.isFile() ? 'file' : facts.isDirectory() ? 'folder' : 'other';
      return { name, path: full, sizeBytes: facts.size, kind };
    }),
  );
  return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** A file that strangers may have made, in pieces; a symbolic link in its place is an error, not followed. */
export async function* readPieces(path: string | Buffer): AsyncGenerator<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new Error(`'${path}' is not a regular file`);
    for await (const piece of file.createReadStream({ highWaterMark: 1 << 18, autoClose: false })) {
      yield piece as Uint8Array;
    }
  } finally {
    await file.close();
  }
}

/** Writes a file that need not survive a crash, with exactly this mode whatever the umask. */
export async function writeFileWithMode(
  path: string,
  text: string | Uint8Array,
  mode: number,
): Promise<void> {
  await writeFile(path, text, { mode });
  await chmod(path, mode);
}
