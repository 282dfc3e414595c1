// A disk of a few megabytes that a ballast file can fill.
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { system } from './leftovers.ts';

export class SmallDisk {
  readonly folder: string;
  readonly #ballast: string;

  /** Mounts it; throws where mounting is not allowed. */
  constructor(folder: string, mebibytes: number) {
    this.folder = folder;
    this.#ballast = join(folder, 'ballast');
    mkdirSync(folder, { recursive: true });
    system('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=755`, 'packmill-faults', folder);
  }

  /** Leaves not one byte free. */
  fill(): void {
    const piece = Buffer.alloc(1 << 16, 1);
    for (const size of [1 << 16, 1 << 12]) {
      for (let full = false; !full; ) {
        try {
          writeFileSync(this.#ballast, piece.subarray(0, size), { flag: 'a' });
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          full = true;
        }
      }
    }
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  empty(): void {
    rmSync(this.#ballast, { force: true });
  }

  unmount(): void {
    system('umount', '--lazy', this.folder);
  }
}
