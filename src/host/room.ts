import { statfsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { totalmem } from 'node:os';

/** Memory of the machine in bytes. */
export const machineMemoryBytes = (): number => totalmem();

/** Bytes that an ordinary user may still write below a path; undefined when the system does not tell. */
export function freeDiskBytes(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** Bytes that everything below a folder takes on its disk; links are not followed, and what vanishes meanwhile is none. */
export async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0;
  const open = [folder];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const entries = await readdir(next, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = `${next}/${entry.name}`;
      if (entry.isDirectory()) open.push(path);
      else bytes += (await lstat(path).catch(() => undefined))?.blocks ?? 0;
    }
  }
  return bytes * 512;
}
