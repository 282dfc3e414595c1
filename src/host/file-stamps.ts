import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { pathProblem } from './file-entry.ts';
import { snapshotFolder } from './folder.ts';
import { realPath } from './folder-facts.ts';
import { hashFile } from './hashed-copy.ts';

/** Numbers of one stamp. */
export const stampWidth = 4;

/** What is at a path, for `readStamp`. */
export const stampKinds = { none: 0, file: 1, folder: 2 } as const;

/**
 * Writes the stamp of a path, links followed, to four places from `at` on: time of last change in milliseconds since the epoch,
 * time of the last change of its inode, size in bytes, number of the inode. Says what is there (`stampKinds`); nothing leaves
 * zeros. Made for hundreds of thousands of calls. Throws SYS004.
 */
export function readStamp(path: string, into: Float64Array, at: number): number {
  let facts: ReturnType<typeof statSync> | undefined;
  try {
    facts = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOTDIR') throw pathProblem('look at', path, error);
  }
  if (facts === undefined) {
    into.fill(0, at, at + stampWidth);
    return stampKinds.none;
  }
  into[at] = facts.mtimeMs as number;
  into[at + 1] = facts.ctimeMs as number;
  into[at + 2] = facts.size as number;
  into[at + 3] = facts.ino as number;
  return facts.isDirectory() ? stampKinds.folder : stampKinds.file;
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
