import { constants, gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';

/** The bytes as a gzip file without name and time. */
export function gzipBytes(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: 9 });
}

/** What a gzip file holds, all its members. Throws the system's error for damage, and for more than `maxBytes`. */
export function gunzipBytes(bytes: Uint8Array, maxBytes: number): Uint8Array {
  return gunzipSync(bytes, { maxOutputLength: maxBytes });
}

/** What one frame of zstd holds, of any window. Throws the system's error for damage, and for more than `maxBytes`. */
export function unpackZstdFrame(frame: Uint8Array, maxBytes: number): Uint8Array {
  const params = { [constants.ZSTD_d_windowLogMax]: 31 };
  return zstdDecompressSync(frame, { params, maxOutputLength: maxBytes });
}
