import { compressionHeadBytes, compressionOf, compressionSuffixes } from '../formats/gentoo/index.ts';
import { type Filter, fileBytes } from '../host/index.ts';
import type { Codec, ContentObject } from './contract.ts';

/** One thread, a fixed level and check, no names and times: the same bytes in give the same bytes out. */
const compressors: Readonly<Record<Codec, Filter>> = {
  xz: { program: 'xz', args: ['-z', '-c', '-q', '-6', '-T1', '--check=crc64'] },
  zstd: { program: 'zstd', args: ['-q', '-c', '-19', '--check', '--single-thread'] },
  gzip: { program: 'gzip', args: ['-c', '-n', '-9'] },
};

/**
 * The name of the distfile that an object is for a package (specification 6.2): `PF-PART-DIGITS.tar.xz`, with `digits` digits
 * of its SHA-512.
 */
export function objectFileName(pf: string, part: string, object: ContentObject, digits = 16): string {
  return `${pf}-${part}-${object.sha512.slice(0, digits)}.tar${compressionSuffixes[object.codec]}`;
}

/** The program that makes an object of a canonical tar. */
export function compressor(codec: Codec): Filter {
  return compressors[codec];
}

/** How the object at a path is compressed and what unpacks it; undefined when it is no object. Throws SYS004. */
export async function decompressor(path: string): Promise<{ codec: Codec; filter: Filter } | undefined> {
  const compression = compressionOf(await fileBytes(path, 0, compressionHeadBytes));
  if (compression !== 'xz' && compression !== 'zstd' && compression !== 'gzip') return undefined;
  const args = ['-d', '-c', '-q', ...(compression === 'zstd' ? ['--long=31'] : [])];
  return { codec: compression, filter: { program: compression, args } };
}
