import { createHash, createHmac, hash, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Digest } from '../primitives/index.ts';

/** SHA-256 of bytes in memory. */
export function digestBytes(bytes: Uint8Array | string): Digest {
  return createHash('sha256').update(bytes).digest('hex') as Digest;
}

/** The name that git gives a file with these bytes, in a repository of either kind. */
export function gitBlobId(bytes: Uint8Array, kind: 'sha1' | 'sha256'): string {
  return createHash(kind).update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');
}

/** SHA-512 of a text as UTF-8, 128 lower-case hexadecimal digits. */
export function sha512Text(text: string): string {
  return hash('sha512', text);
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

/** SHA-256 of a token as settings keep it, in hexadecimal digits. */
export function createTokenDigest(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

/** HMAC-SHA-256 of a text under a key, in hexadecimal digits. */
export function keyedDigest(key: string, text: string): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('hex');
}

/** Whether two texts are the same, in a time that tells nothing of where they differ. */
export function equalDigests(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
