/** What a command may look at before it loads anything else: these files know no other. */
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';

export { stampInto, stampWidth } from './stamp.ts';

/** The first bytes of a file, at most `most` of them, and how long all of it is; undefined when it cannot be read. */
export function firstBytes(
  path: string,
  most: number,
): { readonly bytes: Uint8Array; readonly length: number } | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const length = fstatSync(file).size;
    const bytes = new Uint8Array(Math.min(most, length));
    let at = 0;
    for (let got = 1; got > 0 && at < bytes.length; at += got)
      got = readSync(file, bytes, at, bytes.length - at, at);
    return at === bytes.length ? { bytes, length } : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Folders and files below a folder, links not followed; none for anything else. Throws the error of the system. */
export function pathsBelow(folder: string): readonly string[] {
  const found: string[] = [];
  const waiting = [folder];
  for (let here = waiting.pop(); here !== undefined; here = waiting.pop()) {
    for (const entry of readdirSync(here, { withFileTypes: true })) {
      const path = `${here}/${entry.name}`;
      found.push(path);
      if (entry.isDirectory()) waiting.push(path);
    }
  }
  return found;
}

/** The folder that this process works in. */
export const workingFolder = (): string => process.cwd();

/** Variables of the environment in this order; null for one that is not set. */
export const variables = (names: readonly string[]): readonly (string | null)[] =>
  names.map((name) => process.env[name] ?? null);

/** Writes to standard output and waits until it is written, as far as the other end lets us. */
export const sayAndEnd = (text: string): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.once('error', () => resolve());
    process.stdout.write(text, () => resolve());
  });
