import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nextTurn } from './clock.ts';
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
  let sinceTurn = 0;
  const walk = async (prefix: string): Promise<void> => {
    for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
      const { name } = entry;
      if (prefix === '' && options.skip.has(name)) continue;
      const path = prefix === '' ? name : `${prefix}/${name}`;
      const full = join(folder, path);
      if (entry.isDirectory()) await walk(path);
      else if (entry.isSymbolicLink())
        files.push([path, { bytes: Buffer.from(readlinkSync(full)), mode: '120000' }]);
      else if (entry.isFile()) {
        const file = readWhole(full, left);
        left -= file.bytes.byteLength;
        files.push([path, file]);
        // a file takes a few microseconds, of which asking another thread would take most
        sinceTurn += 1 + file.bytes.byteLength / bytesOfOneFile;
        if (sinceTurn > filesAtOnce) {
          sinceTurn = 0;
          await nextTurn();
        }
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

/** Files that are read before others get a turn, and the size at which one counts as two. */
const filesAtOnce = 100;
const bytesOfOneFile = 1 << 16;

/** The file may have become a link since we looked. Throws when it has more than `mostBytes`. */
function readWhole(path: string, mostBytes: number): TreeFile {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const facts = fstatSync(file);
    if (!facts.isFile()) throw new Error(`'${path}' is no file any more`);
    if (facts.size > mostBytes) throw new Error('it holds more bytes than are taken');
    return { bytes: readFileSync(file), mode: (facts.mode & 0o111) === 0 ? '100644' : '100755' };
  } finally {
    closeSync(file);
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
