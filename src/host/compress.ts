import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createInflateRaw, createZstdCompress, createZstdDecompress } from 'node:zlib';

/**
 * Writes pieces to a new zstd file at `path` (one frame with checksum); `level` from 1 to 19. The same pieces give
 * the same bytes.
 */
export async function writeZstdFile(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  level: number,
): Promise<void> {
  const compressor = createZstdCompress({
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  const written = pipeline(compressor, createWriteStream(path, { flags: 'wx' }));
  written.catch(() => {});
  // A piece that still waits when the end is announced makes Node finish the frame twice: with an empty one behind.
  const write = (piece: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      compressor.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  try {
    for await (const piece of pieces) await write(piece);
    compressor.end();
  } catch (error) {
    compressor.destroy(error as Error);
    throw await written.then(
      () => error,
      (first: unknown) => first,
    );
  }
  await written;
}

/** Unpacks zstd data that arrives in pieces; windows beyond 128 MiB are refused. Throws the system's error for damage. */
export async function* unpackZstd(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decompressor = createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 27 } });
  const source = Readable.from(pieces);
  source.once('error', (error) => decompressor.destroy(error));
  source.pipe(decompressor);
  try {
    for await (const piece of decompressor) yield piece as Uint8Array;
  } finally {
    source.destroy();
  }
}

/** Unpacks deflated data without any wrapping (RFC 1951), as members of zip files have it. Throws the system's error for damage. */
export async function* inflateRaw(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const inflater = createInflateRaw();
  const source = Readable.from(pieces);
  source.once('error', (error) => inflater.destroy(error));
  source.pipe(inflater);
  try {
    for await (const piece of inflater) yield piece as Uint8Array;
  } finally {
    source.destroy();
  }
}
