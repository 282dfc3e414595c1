import { readPieces } from '../host/index.ts';

/**
 * The first bytes of a file that whoever was explored could write to: no link is followed, and nothing waits. Empty when
 * there is no such file.
 */
export async function beginningOf(path: string, most: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const piece of readPieces(path)) {
      parts.push(piece);
      size += piece.byteLength;
      if (size >= most) break;
    }
  } catch {
    return '';
  }
  return Buffer.concat(parts).subarray(0, most).toString('utf8');
}
