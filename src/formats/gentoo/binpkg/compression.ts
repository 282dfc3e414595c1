/** How the tars inside of binary packages are compressed. */
export type Compression = 'bzip2' | 'gzip' | 'lz4' | 'lzip' | 'lzop' | 'xz' | 'zstd' | 'none';

const isOneOf = (byte: number | undefined, from: number, to: number): boolean =>
  byte !== undefined && byte >= from && byte <= to;

const begins = (head: Uint8Array, ...bytes: readonly number[]): boolean =>
  bytes.every((byte, at) => head[at] === byte);

/** Bytes that `compressionOf` wants to see, if there are that many. */
export const compressionHeadBytes = 512;

/** The compression of a tar by its first bytes (specification 2.7); undefined when they are neither known nor a tar's. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  if (begins(head, 0x42, 0x5a, 0x68) && isOneOf(head[3], 0x31, 0x39)) return 'bzip2';
  if (begins(head, 0x1f, 0x8b)) return 'gzip';
  if (begins(head, 0x04, 0x22, 0x4d, 0x18) || begins(head, 0x02, 0x21, 0x4c, 0x18)) return 'lz4';
  if (begins(head, 0x4c, 0x5a, 0x49, 0x50)) return 'lzip';
  if (begins(head, 0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a)) return 'lzop';
  if (begins(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz';
  if (isOneOf(head[0], 0x22, 0x28) && begins(head.subarray(1), 0xb5, 0x2f, 0xfd)) return 'zstd';
  const isTar = begins(head.subarray(257), 0x75, 0x73, 0x74, 0x61, 0x72);
  // a tar without members begins with its end
  const isEmptyTar = head.byteLength === compressionHeadBytes && head.every((byte) => byte === 0);
  return isTar || isEmptyTar ? 'none' : undefined;
}

/** What GPKG puts behind the names of members that are compressed so. */
export const compressionSuffixes: Readonly<Record<Compression, string>> = {
  bzip2: '.bz2',
  gzip: '.gz',
  lz4: '.lz4',
  lzip: '.lz',
  lzop: '.lzo',
  xz: '.xz',
  zstd: '.zst',
  none: '',
};
