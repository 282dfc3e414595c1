import { Readable, Transform } from 'node:stream';
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

/** One for what the document is and one for its way here; each more multiplies what a few bytes can cost. */
const mostCodings = 2;

export interface UnpackLimits {
  /** Of what is between two codings; what comes out is counted by the one who reads it. */
  readonly maxBytes: number;
  /** For the waiting of the reader in all; its own work between two pieces is not counted. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Why unpacking was given up, other than damage. */
export class UnpackTrouble extends Error {
  readonly kind: 'too-large' | 'slow' | 'stopped';

  constructor(kind: UnpackTrouble['kind'], reason: string) {
    super(reason);
    this.kind = kind;
  }
}

/**
 * Unpacks a body piece by piece. `codings` is the value of `Content-Encoding`, applied from the last to the first.
 * Throws `UnpackTrouble` beyond the limits, and Node's own error for damaged data; also an error for a coding that is
 * not known and for more than two of them.
 */
export async function* unpackBody(
  body: Uint8Array,
  codings: string | undefined,
  limits: UnpackLimits,
): AsyncGenerator<Uint8Array> {
  const names = (codings ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
    .reverse();
  if (names.length === 0 || body.byteLength === 0) {
    if (body.byteLength > 0) yield body;
    return;
  }
  if (names.length > mostCodings) {
    throw new Error(`the answer is packed ${names.length} times, and at most ${mostCodings} are unpacked`);
  }
  const streams: Readable[] = [];
  const stop = (): void => {
    streams.at(-1)?.destroy(new UnpackTrouble('stopped', 'the unpacking is called off'));
  };
  limits.signal?.addEventListener('abort', stop, { once: true });
  try {
    chain(streams, body, { names, maxBytes: limits.maxBytes });
    if (limits.signal?.aborted) stop();
    yield* piecesOf(streams.at(-1) as Readable, limits.timeoutMs);
  } finally {
    limits.signal?.removeEventListener('abort', stop);
    for (const stream of streams) stream.destroy();
  }
}

/** Adds the streams that a body goes through, each of which ends with the error of the one before. */
function chain(
  streams: Readable[],
  body: Uint8Array,
  { names, maxBytes }: { readonly names: readonly string[]; readonly maxBytes: number },
): void {
  let source: Readable = Readable.from(slices(body));
  streams.push(source);
  const next = (stream: Transform): void => {
    source.once('error', (error) => stream.destroy(error));
    source = source.pipe(stream);
    streams.push(source);
  };
  for (const [index, name] of names.entries()) {
    if (index > 0) next(counter(maxBytes));
    next(decoderOf(name, index === 0 ? body : undefined));
  }
}

/** Lets bytes pass up to a limit: packed nothing is without end and unpacks to nothing that anybody could count. */
function counter(maxBytes: number): Transform {
  let size = 0;
  return new Transform({
    transform(piece: Uint8Array, _encoding, done) {
      size += piece.byteLength;
      if (size <= maxBytes) done(null, piece);
      else done(new UnpackTrouble('too-large', `it unpacks to more than ${maxBytes} bytes`));
    },
  });
}

async function* piecesOf(source: Readable, timeoutMs: number): AsyncGenerator<Uint8Array> {
  const pieces = source[Symbol.asyncIterator]();
  for (let leftMs = timeoutMs; ; ) {
    const startedMs = performance.now();
    const late = (): void => {
      source.destroy(new UnpackTrouble('slow', `it is not unpacked within ${timeoutMs} ms`));
    };
    const timer = setTimeout(late, Math.max(0, leftMs));
    const piece = await pieces.next().finally(() => clearTimeout(timer));
    if (piece.done === true) return;
    leftMs -= performance.now() - startedMs;
    yield piece.value as Uint8Array;
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
