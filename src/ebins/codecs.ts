import { compressionHeadBytes, compressionOf, compressionSuffixes } from '../formats/gentoo/index.ts';
import { type Filter, fileBytes } from '../host/index.ts';
import type { Codec, ContentObject } from './contract.ts';

/** One thread, a fixed level and check, no names and times: the same bytes in give the same bytes out. */
const compressors: Readonly<Record<Codec, Filter>> = {
  xz: { program: 'xz', args: ['-z', '-c', '-q', '-6', '-T1', '--check=crc64'] },
  zstd: { program: 'zstd', args: ['-q', '-c', '-19', '--check', '--single-thread'] },
  gzip: { program: 'gzip', args: ['-c', '-n', '-9'] },
};

/** How the name of an object ends that is a distfile, such as `.tar.xz`. */
export function objectEnding({ codec }: Pick<ContentObject, 'codec'>): string {
  return `.tar${compressionSuffixes[codec]}`;
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
