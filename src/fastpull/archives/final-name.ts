import { fault } from '../../diagnostics/index.ts';
import { checkDistfileName } from '../../formats/gentoo/index.ts';
import type { SteadyCompression } from '../../host/index.ts';

const suffixes: readonly (readonly [string, SteadyCompression])[] = [
  ['.tar.xz', 'xz'],
  ['.tar.zst', 'zstd'],
  ['.tar.zstd', 'zstd'],
  ['.tar.gz', 'gzip'],
];

/** Compression of an archive to be made, by its name (specification, 2.6). Throws PMS004 for other names. */
export function archiveCompression(finalName: string): SteadyCompression {
  checkDistfileName(finalName);
  const found = suffixes.find(([suffix]) => finalName.endsWith(suffix) && finalName !== suffix);
  if (found) return found[1];
  throw fault('PMS004', {
    what: `the archive name '${finalName}' does not end in ${suffixes.map(([suffix]) => suffix).join(', ')}`,
  });
}

/** Last part of an address, without query and fragment, nothing decoded. Throws PMS004 when it is no name of a distfile. */
export function finalNameOf(url: string): string {
  return checkDistfileName(url.replace(/[?#].*$/s, '').replace(/^.*\//s, ''));
}
