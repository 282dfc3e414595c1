import { fault } from '../../diagnostics/index.ts';

/** How an archive is compressed. */
export type Compression = 'xz' | 'zstd' | 'gzip';

const suffixes: readonly (readonly [string, Compression])[] = [
  ['.tar.xz', 'xz'],
  ['.tar.zst', 'zstd'],
  ['.tar.zstd', 'zstd'],
  ['.tar.gz', 'gzip'],
];

/** Checks the name of a distfile (specification, 2.1). Throws FPL009. */
export function checkFinalName(name: string): string {
  const refuse = (words: string): never => {
    throw fault('FPL009', { what: `the file name '${name}' ${words}` });
  };
  if (name === '') refuse('is empty');
  if (Buffer.byteLength(name) > 255) refuse('has more than 255 bytes');
  if (name === '.' || name === '..') refuse('names a folder');
  if (name.startsWith('-')) refuse('begins with a dash');
  if (name.includes('/')) refuse('has a slash');
  if (/[\s\u0000-\u001f\u007f]/u.test(name)) refuse('has a blank or a control character');
  return name;
}

/** Compression of an archive to be made, by its name (specification, 2.6). Throws FPL009 for other names. */
export function archiveCompression(finalName: string): Compression {
  checkFinalName(finalName);
  const found = suffixes.find(([suffix]) => finalName.endsWith(suffix) && finalName !== suffix);
  if (found) return found[1];
  throw fault('FPL009', {
    what: `the archive name '${finalName}' does not end in ${suffixes.map(([suffix]) => suffix).join(', ')}`,
  });
}

/** Last part of an address, without query and fragment, nothing decoded. Throws FPL009 when it is no name of a distfile. */
export function finalNameOf(url: string): string {
  return checkFinalName(url.replace(/[?#].*$/s, '').replace(/^.*\//s, ''));
}
