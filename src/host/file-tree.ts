import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathProblem } from './file-entry.ts';

/** One file of a tree as git sees it: bytes (the target, of a link) and kind. */
export interface TreeFile {
  readonly bytes: Uint8Array;
  readonly mode: '100644' | '100755' | '120000';
}

/** Files by path relative to the top, parts joined by `/`. */
export type FileTree = ReadonlyMap<string, TreeFile>;

/**
 * Reads a folder that strangers may have filled: links are not followed, pipes and devices are left out, and so are
 * the entries of the top folder that `skip` names. Sorted by path. Throws SYS004, also when there are more than
 * `mostBytes` in all.
 */
export async function readFileTree(
  folder: string,
  options: { readonly skip: ReadonlySet<string>; readonly mostBytes: number },
): Promise<FileTree> {
  const files: [string, TreeFile][] = [];
  let left = options.mostBytes;
  const walk = async (prefix: string): Promise<void> => {
    for (const name of (await readdir(join(folder, prefix))).sort()) {
      if (prefix === '' && options.skip.has(name)) continue;
      const path = prefix === '' ? name : `${prefix}/${name}`;
      const full = join(folder, path);
      const facts = await lstat(full);
      if (facts.isDirectory()) await walk(path);
      else if (facts.isSymbolicLink())
        files.push([path, { bytes: Buffer.from(await readlink(full)), mode: '120000' }]);
      else if (facts.isFile()) {
        left -= facts.size;
        if (left < 0) throw new Error(`it holds more than ${options.mostBytes} bytes`);
        const mode = (facts.mode & 0o111) === 0 ? '100644' : '100755';
        files.push([path, { bytes: await readWhole(full), mode }]);
      }
    }
  };
  try {
    await walk('');
  } catch (error) {
    throw pathProblem('read', folder, error);
  }
  return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The file may have become a link since we looked. */
async function readWhole(path: string): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Writes the files of a tree below a folder, which is made; what is there already stays. Throws SYS004. */
export async function writeFileTree(folder: string, tree: FileTree): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const [path, { bytes, mode }] of tree) {
      const full = join(folder, path);
      await mkdir(dirname(full), { recursive: true });
      if (mode === '120000') await symlink(Buffer.from(bytes).toString(), full);
      else {
        await writeFile(full, bytes, { flag: 'wx' });
        await chmod(full, mode === '100755' ? 0o755 : 0o644);
      }
    }
  } catch (error) {
    throw pathProblem('write', folder, error);
  }
}
