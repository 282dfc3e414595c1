import { fault } from '../diagnostics/index.ts';

/**
 * A path as an argument in a batch of sftp(1): between quotes it takes `*`, `?` and `[` as they are. Throws SSH008 for
 * a path with a line break, which a batch cannot hold.
 */
export function quoteForSftp(path: string): string {
  if (/[\n\r\0]/.test(path)) throw fault('SSH008', { what: `the path '${path}' has a line break in it` });
  // A path that begins with a dash would be an option.
  const safe = path.startsWith('-') ? `./${path}` : path;
  return `"${safe.replace(/["\\]/g, '\\$&')}"`;
}

/** The same for `ls`, which alone takes braces as a pattern. */
export function quoteForLs(path: string): string {
  return quoteForSftp(path).replaceAll('{', '\\{');
}

/** Sizes that `ls -ln` printed for the commands of a batch, by the command's number; absent: no such file. */
export function readSizes(printed: string): Map<number, number> {
  const sizes = new Map<number, number>();
  let command = -1;
  for (const line of printed.split('\n')) {
    if (line.startsWith('sftp> ')) command += 1;
    const size = /^-[rwxsStT-]{9}\S*\s+\S+\s+\S+\s+\S+\s+(\d+)\s/.exec(line)?.[1];
    if (size !== undefined) sizes.set(command, Number(size));
  }
  return sizes;
}

/** Bytes that are left on a file system, as `df` printed them; undefined when the server does not say. */
export function readFreeBytes(printed: string): number | undefined {
  for (const line of printed.split('\n')) {
    const numbers = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+\d+%/.exec(line);
    if (numbers?.[3] !== undefined) return Number(numbers[3]) * 1024;
  }
  return undefined;
}

/** The last command that sftp began, for messages; undefined when it did not come so far. */
export function lastCommand(printed: string): string | undefined {
  return printed
    .split('\n')
    .findLast((line) => line.startsWith('sftp> '))
    ?.slice('sftp> '.length)
    .trim();
}
