import { type Filter, filterPieces, machine } from '../host/index.ts';
import type { CaptureRequest } from './contract.ts';
import { printed, surrounded, type TreeTar } from './tree-tar.ts';

const compressors = { xz: 'xz', zstd: 'zstd', gzip: 'gzip' } as const;

/** Mode and owner of the top folder, which the program does not take from a tar. */
async function rootOptions(request: CaptureRequest): Promise<readonly string[]> {
  const facts = await printed(surrounded('stat', ['-c', '%a %u %g', '--', request.root], request));
  const [mode = '755', uid = '0', gid = '0'] = facts.toString('latin1').trim().split(' ');
  return ['-root-mode', mode, '-root-uid', uid, '-root-gid', gid];
}

/**
 * Makes a squashfs of a tree. The program is fed with the tar, not with the tree, so that the order of extended attributes does
 * not reach it. Access control lists have no place in a squashfs and stay out. Throws SYS001, SYS003.
 */
export async function writeSquashfs(path: string, tar: TreeTar, request: CaptureRequest): Promise<void> {
  const { compression } = request.format;
  const time = String(Math.floor(request.time));
  const packing =
    compression === 'none'
      ? ['-noI', '-noD', '-noF', '-noX']
      : ['-comp', compressors[compression], '-b', '1M'];
  const filter: Filter = {
    program: 'sqfstar',
    args: [
      ...packing,
      ...(await rootOptions(request)),
      ...['-reproducible', '-mkfs-time', time, '-all-time', time],
      ...['-xattrs', '-no-progress', '-quiet', '-processors', String(machine.processors())],
      path,
    ],
    signal: request.signal,
  };
  for await (const piece of filterPieces(filter, tar)) void piece;
}
