import { dirname } from 'node:path';
import { fault, isFault } from '../diagnostics/index.ts';
import {
  entryFacts,
  fsyncDirectory,
  hashFile,
  isDiskFull,
  removeEntry,
  removeTree,
  renameEntry,
  syncPaths,
  systemRandom,
  writeHashing,
} from '../host/index.ts';
import type { Captured, CaptureRequest, ImageFacts } from './contract.ts';
import { writeLive } from './live.ts';
import { lxdHead } from './lxd.ts';
import { ociPieces } from './oci.ts';
import { packed } from './packed.ts';
import { writePlainTar } from './plain-tar.ts';
import { writeSquashfs } from './squashfs.ts';
import { TreeTar } from './tree-tar.ts';

/** Whether a program, or the system, said that there is no room left. */
export const isOutOfRoom = (error: unknown): boolean =>
  isDiskFull(error) || (isFault(error) && /No space left|Disk quota/.test(error.problem.why ?? ''));

/** The error as this room tells it: what a program said becomes the reason. */
function captureProblem(error: unknown, request: CaptureRequest): unknown {
  if (request.signal?.aborted) return error;
  if (isOutOfRoom(error)) {
    return fault('MCA006', { what: `there is no room for '${request.path}'`, cause: error });
  }
  if (!isFault(error, 'SYS003', 'FMT020', 'FMT023')) return error;
  const why = error.problem.why ?? `${error.problem.what}.`;
  return fault('MCA002', { what: `'${request.root}' cannot be captured`, why, cause: error });
}

function imageOf(request: CaptureRequest): ImageFacts {
  if (request.image) return request.image;
  throw fault('MCA007', {
    what: `the image '${request.path}' is captured without its name, version and architecture`,
  });
}

async function* joined(head: Uint8Array, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* pieces;
}

/** What is to be said of a file that a program has written. */
async function finished(path: string, tar: TreeTar): Promise<Omit<Captured, 'path'>> {
  await syncPaths([path]);
  const { digest, sizeBytes } = await hashFile(path);
  return { sizeBytes, digest, members: tar.members };
}

/** Writes the capture to a file; returns how many members there were. */
async function write(path: string, request: CaptureRequest): Promise<Omit<Captured, 'path'>> {
  const { container, compression } = request.format;
  const tar = new TreeTar(request, container === 'lxd' ? 'rootfs' : undefined);
  const stream = async (pieces: AsyncIterable<Uint8Array>): Promise<Omit<Captured, 'path'>> => {
    const { hashes, sizeBytes } = await writeHashing(path, pieces, { algorithms: ['sha256'] });
    return { sizeBytes, digest: hashes['sha256'] ?? '', members: tar.members };
  };
  switch (container) {
    case 'tar': {
      const plain = await writePlainTar(path, request);
      if (plain) return plain;
      removeEntry(path);
      return await stream(packed(tar, compression, request));
    }
    case 'lxd': {
      const whole = joined(lxdHead(imageOf(request), request.time), tar);
      return await stream(packed(whole, compression, request));
    }
    case 'oci':
      return await stream(ociPieces(tar, { ...request, image: imageOf(request) }, `${path}.layer`));
    case 'squashfs':
      await writeSquashfs(path, tar, request);
      return await finished(path, tar);
    case 'live': {
      const whole = { ...request, image: imageOf(request) };
      await writeLive(path, tar, { request: whole, folder: `${path}.disk` });
      return await finished(path, tar);
    }
  }
}

/**
 * Makes one file of a folder. The same tree, format, time and level give the same bytes with the same programs (GNU tar, the
 * compressor, squashfs-tools), on any file system and with any number of processors. The file appears complete and durable under
 * its name, or not at all; what a kill leaves beside it begins with its name and `.part-`.
 * @throws MCA001, MCA002 when something cannot be read or changes meanwhile, MCA003 when there is a file of that name, MCA006,
 * MCA007, MCA009 for a live image without a kernel, SYS001, SYS004
 */
export async function capture(request: CaptureRequest): Promise<Captured> {
  const { path } = request;
  if (entryFacts(path)) throw fault('MCA003', { what: `'${path}' exists already` });
  const part = `${path}.part-${systemRandom.hex(6)}`;
  try {
    const written = await write(part, request);
    renameEntry(part, path);
    fsyncDirectory(dirname(path));
    return { path, ...written };
  } catch (error) {
    throw captureProblem(error, request);
  } finally {
    for (const name of [part, `${part}.layer`]) removeEntry(name);
    await removeTree(`${part}.disk`);
  }
}
