import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathProblem } from './file-entry.ts';

/** Makes an empty folder of our own (mode 0700) where the system keeps temporary files. Throws SYS004. */
export function makeTemporaryFolder(prefix: string): string {
  const path = join(tmpdir(), prefix);
  try {
    return mkdtempSync(path);
  } catch (error) {
    throw pathProblem('make a folder beginning with', path, error);
  }
}
