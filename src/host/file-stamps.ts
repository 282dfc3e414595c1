import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stampInto, stampKinds, stampWidth } from './early/stamp.ts';
import { pathProblem } from './file-entry.ts';
import { snapshotFolder } from './folder.ts';
import { realPath } from './folder-facts.ts';
import { hashFile } from './hashed-copy.ts';

export { stampKinds, stampWidth };

/** As `stampInto` does it. Throws SYS004. */
export function readStamp(path: string, into: Float64Array, at: number): number {
  try {
    return stampInto(path, into, at);
  } catch (error) {
    throw pathProblem('look at', path, error);
  }
}

/** Longer files are read in pieces, without holding up the event loop. */
const atOnceBytes = 1 << 20;

/** Signs of a short digest. */
export const shortDigestLength = 22;

const short = (text: string | Uint8Array): string =>
  hash('sha256', text, 'base64url').slice(0, shortDigestLength);

/** A digest of 132 bits of a text, as 22 signs of base64url. */
export function shortDigest(text: string): string {
  return short(text);
}

/** Short digest of a file that holds this text. */
export function textDigest(text: string): string {
  return short(hash('sha256', text, 'hex'));
}

/** Short digest of what a file or a folder holds, links followed; `kind` and `sizeBytes` as its stamp has them. Throws SYS004. */
export function contentDigest(path: string, kind: number, sizeBytes: number): string | Promise<string> {
  if (kind === stampKinds.folder)
    return short(snapshotFolder(realPath(path), { leavesOut: () => false, texts: new Set() }).digest);
  if (sizeBytes > atOnceBytes) return hashFile(realPath(path)).then(({ digest }) => short(digest));
  try {
    // the digest of a digest, so that a file has one whatever its size
    return short(hash('sha256', readFileSync(path), 'hex'));
  } catch (error) {
    throw pathProblem('read', path, error);
  }
}
