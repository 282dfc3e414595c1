import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';

/** Writes pieces to a new zstd file at `path` (one frame with checksum); `level` from 1 to 19. */
export async function writeZstdFile(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  level: number,
): Promise<void> {
  const compressor = createZstdCompress({
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
  });
  await pipeline(Readable.from(pieces), compressor, createWriteStream(path, { flags: 'wx' }));
}
