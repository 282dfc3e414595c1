import { join } from 'node:path';
import { fault } from '../diagnostics/index.ts';
import {
  ensureFolders,
  hashFile,
  isEmptyFolder,
  listRoot,
  moveFolder,
  ownUser,
  pathExists,
  realPath,
  removeTree,
  runOrThrow,
  systemRandom,
} from '../host/index.ts';

/** An archive that packs its root into one folder (as Arch's bootstrap does) has its root there. */
function rootInside(folder: string): string {
  if (pathExists(join(folder, 'usr'))) return folder;
  const only = listRoot(folder).filter((entry) => entry.kind === 'folder');
  const inner = only.length === 1 ? join(folder, only[0]?.name ?? '') : folder;
  if (pathExists(join(inner, 'usr'))) return inner;
  throw fault('SBX006', { what: `the archive unpacked in '${folder}' holds no root file system` });
}

/**
 * Unpacks a root file system (any archive that bsdtar(1) reads) below `folder` and returns the path of the
 * root, for `{ kind: 'folder' }`. The same archive is unpacked once: the folder is named by its SHA-256 and
 * appears, complete, in one step, so an unpacking that was killed or that ran twice does no harm.
 * Device files are left out. Throws SYS003 (damaged archive) and SBX006 (no root in it, or no archive).
 */
export async function unpackRoot(tarball: string, folder: string): Promise<string> {
  if (!pathExists(tarball)) {
    throw fault('SBX006', { what: `the root file system '${tarball}' does not exist` });
  }
  const { digest } = await hashFile(realPath(tarball));
  const path = join(folder, digest.slice(0, 32));
  if (pathExists(path)) return rootInside(path);
  const temporary = join(folder, `.unpacking-${systemRandom.hex(6)}`);
  ensureFolders([temporary]);
  try {
    const owner = ownUser().uid === 0 ? ['--same-owner', '--numeric-owner'] : ['--no-same-owner'];
    const leftOut = ['--exclude', './dev/*', '--exclude', 'dev/*', '--exclude', '*/dev/null'];
    await runOrThrow('bsdtar', ['-x', '-p', ...owner, ...leftOut, '-f', tarball, '-C', temporary]);
    if (isEmptyFolder(temporary)) throw fault('SBX006', { what: `the archive '${tarball}' is empty` });
    rootInside(temporary);
    await runOrThrow('sync', ['-f', temporary]);
    await moveFolder(temporary, path);
  } finally {
    await removeTree(temporary);
  }
  return rootInside(path);
}
