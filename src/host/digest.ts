import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Digest } from '../primitives/index.ts';

/** SHA-256 of bytes in memory. */
export function digestBytes(bytes: Uint8Array | string): Digest {
  return createHash('sha256').update(bytes).digest('hex') as Digest;
}

/** MD5 and SHA-256 of a file in one reading, lower-case hexadecimal (pacman databases carry both). */
export async function digestFileTwice(path: string): Promise<{ md5: string; sha256: Digest }> {
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    md5.update(piece as Buffer);
    sha256.update(piece as Buffer);
  }
  return { md5: md5.digest('hex'), sha256: sha256.digest('hex') as Digest };
}
