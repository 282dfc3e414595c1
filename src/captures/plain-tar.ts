import { chainToFile, type Filter, programPieces, steadyCompressor } from '../host/index.ts';
import type { Captured, CaptureRequest } from './contract.ts';
import { tarProgram } from './tree-tar.ts';

/** A root that is packed as it passes from tar to the compressor has no member with more attributes: their order would show. */
const mostAttributes = 1;

/** Lines of what a program prints, without what is not text. */
async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + Buffer.from(piece).toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/**
 * How many members a root has, as tar lists them without reading a file; undefined as soon as one of them has several extended
 * attributes. Lists have a line for each member, and one for each attribute, set back (`  x: SIZE NAME`).
 */
async function plainMembers(request: CaptureRequest): Promise<number | undefined> {
  let members = 0;
  let attributes = 0;
  const list = tarProgram(request, undefined, ['-vvv', '-f', '/dev/null']);
  for await (const line of linesOf(programPieces(list))) {
    if (!line.startsWith('  x: ')) {
      if (/^[^ ][-rwxsStT]{9}/.test(line)) members += 1;
      attributes = 0;
      continue;
    }
    attributes += 1;
    if (attributes > mostAttributes) return undefined;
  }
  return members;
}

/**
 * Packs a root whose bytes go from tar to the compressor, and through no other process. Returns undefined, and leaves what it has
 * written, when a member has several extended attributes, which must be put in order. Throws what tar and the compressor say.
 */
export async function writePlainTar(
  path: string,
  request: CaptureRequest,
): Promise<Omit<Captured, 'path'> | undefined> {
  const { compression } = request.format;
  const giveUp = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, giveUp.signal]) : giveUp.signal;
  const tar = tarProgram(request, undefined);
  const chain: Filter[] = compression === 'none' ? [tar] : [tar, steadyCompressor(compression, request)];
  const written = chainToFile(chain, path, { algorithms: ['sha256'], signal });
  const counted = plainMembers({ ...request, signal }).then((members) => {
    if (members === undefined) giveUp.abort();
    return members;
  });
  const [file, list] = await Promise.allSettled([written, counted]);
  if (list.status === 'fulfilled' && list.value === undefined && !request.signal?.aborted) return undefined;
  if (file.status === 'rejected') throw file.reason;
  if (list.status === 'rejected') throw list.reason;
  const { hashes, sizeBytes } = file.value;
  return { sizeBytes, digest: hashes['sha256'] ?? '', members: list.value ?? 0 };
}
