import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Digest } from '../primitives/index.ts';

/** SHA-256 of bytes in memory. */
export function digestBytes(bytes: Uint8Array | string): Digest {
  return createHash('sha256').update(bytes).digest('hex') as Digest;
}

/** SHA-256 of a file, read in pieces. */
export async function digestFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  return hash.digest('hex') as Digest;
}
