import { type FileHandle, open } from 'node:fs/promises';
import { pathProblem } from './file-entry.ts';

const pieceBytes = 256 * 1024;

/** Bytes `from` up to and without `to` of a file, in pieces; ends early when the file does. Throws SYS004. */
export async function* readFileRange(path: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    throw pathProblem('open', path, error);
  }
  try {
    for (let at = from; at < to; ) {
      const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, to - at));
      const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** The same bytes at once, for few of them. Throws SYS004. */
export async function fileBytes(path: string, from: number, to: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readFileRange(path, from, to)) pieces.push(piece);
  return Buffer.concat(pieces);
}
