import {
  closeSync,
  createWriteStream,
  fchmodSync,
  futimesSync,
  linkSync,
  openSync,
  writeSync,
} from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathProblem } from './file-entry.ts';

/** A file that comes out of an archive. */
export interface UnpackedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
  /** Seconds since the epoch. */
  readonly mtime: number;
}

/** Up to here a file is written in one go: most members are small, and a stream for each costs more than they do. */
const smallBytes = 1 << 20;

/** Writes a new file with the bytes of a member; not durable. Throws SYS004, and what the pieces throw. */
export async function writeUnpackedFile(
  file: UnpackedFile,
  pieces: AsyncIterable<Uint8Array>,
): Promise<void> {
  const held: Uint8Array[] = [];
  if (file.sizeBytes <= smallBytes) for await (const piece of pieces) held.push(piece);
  const descriptor = onFile(file, () => openSync(file.path, 'wx', 0o600));
  try {
    if (file.sizeBytes <= smallBytes) onFile(file, () => writeAll(descriptor, Buffer.concat(held)));
    else {
      const target = createWriteStream(file.path, { fd: descriptor, autoClose: false });
      await pipeline(Readable.from(pieces, { objectMode: false }), target);
    }
    onFile(file, () => {
      fchmodSync(descriptor, file.isExecutable ? 0o755 : 0o644);
      futimesSync(descriptor, file.mtime, file.mtime);
    });
  } finally {
    closeSync(descriptor);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.byteLength; ) done += writeSync(descriptor, bytes, done);
}

/** Gives an unpacked file a second name. Throws SYS004. */
export function linkWithin(existing: string, path: string): void {
  try {
    linkSync(existing, path);
  } catch (error) {
    throw pathProblem('link', path, error);
  }
}

function onFile<Result>({ path }: UnpackedFile, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw pathProblem('write', path, error);
  }
}
