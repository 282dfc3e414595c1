import { Readable, type Transform } from 'node:stream';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';

/** What servers are told that we can unpack (RFC 9110, 8.4.1). */
export const acceptedCodings = 'gzip, deflate, br, zstd';

const pieceBytes = 1 << 16;

/**
 * Unpacks a body piece by piece. `codings` is the value of `Content-Encoding`, applied from the last to the first.
 * Throws Node's own error for damaged data, and for a coding that is not known.
 */
export async function* unpackBody(body: Uint8Array, codings: string | undefined): AsyncGenerator<Uint8Array> {
  const names = (codings ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
    .reverse();
  if (names.length === 0 || body.byteLength === 0) {
    if (body.byteLength > 0) yield body;
    return;
  }
  let source: Readable = Readable.from(slices(body));
  const streams: Readable[] = [source];
  for (const [index, name] of names.entries()) {
    const decoder = decoderOf(name, index === 0 ? body : undefined);
    source.once('error', (error) => decoder.destroy(error));
    source = source.pipe(decoder);
    streams.push(source);
  }
  try {
    for await (const piece of source) yield piece as Uint8Array;
  } finally {
    for (const stream of streams) stream.destroy();
  }
}

function* slices(body: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < body.byteLength; at += pieceBytes) yield body.subarray(at, at + pieceBytes);
}

function decoderOf(name: string, body: Uint8Array | undefined): Transform {
  if (name === 'gzip' || name === 'x-gzip') return createGunzip();
  if (name === 'br') return createBrotliDecompress();
  if (name === 'zstd') return createZstdDecompress();
  // some servers leave the wrapping of zlib out
  if (name === 'deflate') return body && !hasZlibHead(body) ? createInflateRaw() : createInflate();
  throw new Error(`the content coding '${name}' is not known`);
}

function hasZlibHead(body: Uint8Array): boolean {
  const [first = 0, second = 0] = body;
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}
