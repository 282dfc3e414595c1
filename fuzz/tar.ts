import { isFault } from '../src/diagnostics/index.ts';
import {
  encodeTarEntry,
  readTar,
  readTarBytes,
  type TarFile,
  tarEnd,
} from '../src/formats/archives/index.ts';
import { type FuzzTarget, inPieces, must } from './target.ts';

function wholeOrCode(input: Uint8Array): TarFile[] | string {
  try {
    return [...readTarBytes(input, 'x')];
  } catch (error) {
    if (isFault(error)) return error.problem.code;
    throw error;
  }
}

async function streamedOrCode(input: Uint8Array): Promise<string[] | string> {
  const paths: string[] = [];
  try {
    for await (const entry of readTar(inPieces(input), 'x')) {
      let size = 0;
      for await (const piece of entry.body) size += piece.byteLength;
      must(size === entry.sizeBytes, 'a body has the size that is announced');
      paths.push(entry.path);
    }
    return paths;
  } catch (error) {
    if (isFault(error)) return error.problem.code;
    throw error;
  }
}

export const target: FuzzTarget = {
  name: 'tar',
  async check(input) {
    const whole = wholeOrCode(input);
    const streamed = await streamedOrCode(input);
    const expected = typeof whole === 'string' ? whole : whole.map(({ path }) => path);
    must(
      JSON.stringify(streamed) === JSON.stringify(expected),
      'whole and in pieces an archive reads the same',
    );
    if (typeof whole === 'string') return;
    const written = Buffer.concat([
      ...whole.map(({ body, ...entry }) => encodeTarEntry(entry, body)),
      tarEnd,
    ]);
    const again = [...readTarBytes(written, 'x')];
    must(again.length === whole.length, 'what is written has as many entries');
    for (const [index, file] of again.entries()) {
      const before = whole[index];
      must(file.path === before?.path && file.linkPath === before.linkPath, 'names survive');
      must(file.mtime === before?.mtime && file.type === before.type, 'times and kinds survive');
      must(Buffer.compare(file.body, before?.body ?? Buffer.alloc(0)) === 0, 'bodies survive');
    }
  },
};
