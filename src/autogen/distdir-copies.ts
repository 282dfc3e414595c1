import { join } from 'node:path';
import { messageOf, type Problem, problem } from '../diagnostics/index.ts';
import type { Ledger, Blob as StoredBlob } from '../fastpull/index.ts';
import {
  type Clock,
  entryFacts,
  hashFileThrice,
  pathKind,
  readPieces,
  removeEntry,
  renameEntry,
  systemRandom,
  writeNewFile,
} from '../host/index.ts';

export interface DistdirOptions {
  /** Undefined: nothing is copied. */
  readonly folder: string | undefined;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly report: (problem: Problem) => void;
}

/** Copies of archives where Portage looks for distfiles, while one develops (specification 2.7). */
export class DistdirCopies {
  readonly #options: DistdirOptions;
  #isWarned = false;

  constructor(options: DistdirOptions) {
    this.#options = options;
  }

  /** Makes or renews the copy of an archive. Whatever goes wrong is a warning, once in a run. */
  async offer(blob: StoredBlob, finalName: string, autogenId: string): Promise<void> {
    const { folder, ledger, clock } = this.#options;
    if (folder === undefined) return;
    const path = join(folder, finalName);
    try {
      if (pathKind(folder) !== 'folder') {
        this.#warn(`there is no folder '${folder}'`);
        return;
      }
      if (await isSame(path, blob)) return;
      await copyInto(path, blob);
      await ledger.note({ path, sha512: blob.sha512, autogenId, writtenOn: new Date(clock.nowMs()) });
    } catch (error) {
      this.#warn(`'${finalName}' is not copied to '${folder}'`, messageOf(error));
    }
  }

  #warn(what: string, why?: string): void {
    if (this.#isWarned) return;
    this.#isWarned = true;
    this.#options.report(problem('AGN022', { what, ...(why === undefined ? {} : { why }) }));
  }
}

async function isSame(path: string, blob: StoredBlob): Promise<boolean> {
  const facts = entryFacts(path);
  if (facts?.kind !== 'file' || facts.sizeBytes !== blob.sizeBytes) return false;
  return (await hashFileThrice(path)).sha512 === blob.sha512;
}

async function copyInto(path: string, blob: StoredBlob): Promise<void> {
  const temporary = `${path}.${systemRandom.hex(4)}.part`;
  try {
    await writeNewFile(temporary, readPieces(blob.path), 0o664);
    renameEntry(temporary, path);
  } catch (error) {
    removeEntry(temporary);
    throw error;
  }
}

/**
 * Removes the copies that this program made and nobody changed since (`doit --purge-distdir`). Returns their paths.
 * Throws SYS004.
 */
export async function purgeDistdir(ledger: Ledger): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const { path, sha512 } of [...ledger.list()]) {
    const isOurs = entryFacts(path)?.kind === 'file' && (await hashFileThrice(path)).sha512 === sha512;
    if (isOurs && removeEntry(path)) removed.push(path);
    await ledger.forget(path);
  }
  return removed;
}
