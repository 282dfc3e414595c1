// A thread that reads files and hashes them, so that the event loop goes on. Started by file-hashes.ts.
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { HashJob, HashJobAnswer } from './file-hashes.ts';

const buffer = Buffer.allocUnsafe(1 << 20);

function hash(source: number, target: number | undefined): HashJobAnswer['hashes'] {
  const sha512 = createHash('sha512');
  const sha256 = createHash('sha256');
  const blake2b = createHash('blake2b512');
  let sizeBytes = 0;
  for (;;) {
    const count = readSync(source, buffer, 0, buffer.byteLength, sizeBytes);
    if (count === 0) break;
    const piece = buffer.subarray(0, count);
    sha512.update(piece);
    sha256.update(piece);
    blake2b.update(piece);
    if (target !== undefined) for (let done = 0; done < count; ) done += writeSync(target, piece, done);
    sizeBytes += count;
  }
  return {
    sha512: sha512.digest('hex'),
    sha256: sha256.digest('hex'),
    blake2b: blake2b.digest('hex'),
    sizeBytes,
  };
}

function work({ path, copy }: HashJob): HashJobAnswer['hashes'] {
  // a symbolic link or a pipe in the place of a file is refused, not followed or waited for
  const source = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!fstatSync(source).isFile()) throw new Error('it is not a regular file');
    if (!copy) return hash(source, undefined);
    const target = openSync(copy.path, 'wx', copy.mode);
    try {
      const hashes = hash(source, target);
      fchmodSync(target, copy.mode);
      fsyncSync(target);
      return hashes;
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

parentPort?.on('message', (job: HashJob) => {
  const answer = (rest: Omit<HashJobAnswer, 'id'>): void => parentPort?.postMessage({ id: job.id, ...rest });
  try {
    answer({ hashes: work(job) });
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    answer({ error: { message, code } });
  }
});
