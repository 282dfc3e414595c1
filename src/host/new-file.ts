import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { pathProblem } from './file-entry.ts';

/**
 * Writes the pieces to a file that must not exist yet (a link in its place counts as existing), with exactly this
 * mode whatever the umask; not durable. Returns the number of bytes. Throws SYS004, and what the pieces throw.
 */
export async function writeNewFile(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  mode: number,
): Promise<number> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(path, flags, mode).catch((error: unknown) => {
    throw pathProblem('make', path, error);
  });
  let sizeBytes = 0;
  try {
    for await (const piece of pieces) {
      await file.writeFile(piece).catch((error: unknown) => {
        throw pathProblem('write', path, error);
      });
      sizeBytes += piece.byteLength;
    }
    await file.chmod(mode);
  } finally {
    await file.close();
  }
  return sizeBytes;
}
