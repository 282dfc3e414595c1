import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { readPieces } from './tree.ts';

/**
 * The lines of a text file without their ends, with one of them in memory at a time; of a file that ends in `.gz` those of what is
 * packed in it. Throws a RangeError for a line of more than `maxLength` signs, and the system's error for damage.
 */
export async function* readTextLines(path: string, maxLength: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  let length = 0;
  for await (const piece of path.endsWith('.gz') ? unpacked(path) : readPieces(path)) {
    const lines = decoder.decode(piece, { stream: true }).split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      rest.push(line);
      yield rest.join('');
      rest = [];
      length = 0;
    }
    rest.push(last);
    length += last.length;
    if (length > maxLength) throw new RangeError(`a line of more than ${maxLength} signs`);
  }
  rest.push(decoder.decode());
  const line = rest.join('');
  if (line !== '') yield line;
}

async function* unpacked(path: string): AsyncGenerator<Uint8Array> {
  const source = Readable.from(readPieces(path));
  const gunzip = createGunzip();
  source.once('error', (error) => gunzip.destroy(error));
  try {
    for await (const piece of source.pipe(gunzip)) yield piece as Uint8Array;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}
