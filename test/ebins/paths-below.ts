import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of the files below a folder, sorted; what begins with a dot is the generator's own. */
export const pathsBelow = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !path.startsWith('.'))
    .sort();
