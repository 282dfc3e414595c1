import { statfsSync } from 'node:fs';
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
