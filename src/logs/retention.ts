import { join } from 'node:path';
import { entryFacts, listFolder, removeTree } from '../host/index.ts';
import { phasesPath } from './log-path.ts';

export interface RetentionOptions {
  /** Absolute path of the farm. */
  readonly farm: string;
  /** Time since the last write after which a log may go, default 7 days (specification 18.1). */
  readonly maxAgeMs?: number;
  /** Newest logs of each job that stay whatever their age, default 3. */
  readonly keepPerJob?: number;
  readonly nowMs: number;
}

export interface Pruned {
  /** Paths relative to the farm. */
  readonly removed: readonly string[];
  readonly freedBytes: number;
}

const sevenDaysMs = 7 * 24 * 60 * 60 * 1000;

const foldersOf = async (path: string): Promise<readonly string[]> =>
  (await listFolder(path)).filter((entry) => entry.kind === 'folder').map((entry) => entry.name);

/** Removes logs that are both too old and not among the newest of their job. Throws SYS004. */
export async function pruneLogs(options: RetentionOptions): Promise<Pruned> {
  const removed: string[] = [];
  let freedBytes = 0;
  for (const folder of await jobFolders(options.farm)) {
    for (const old of await outdated(folder, options)) {
      const path = join(options.farm, old.path);
      await removeTree(phasesPath(path));
      await removeTree(path);
      removed.push(old.path);
      freedBytes += old.sizeBytes;
    }
  }
  return { removed, freedBytes };
}

/** Folders `logs/TARGET/ARCH/NAME`, relative to the farm. */
async function jobFolders(farm: string): Promise<readonly string[]> {
  let folders: readonly string[] = ['logs'];
  for (let level = 0; level < 3; level += 1) {
    const below: string[] = [];
    for (const folder of folders) {
      for (const name of await foldersOf(join(farm, folder))) below.push(`${folder}/${name}`);
    }
    folders = below;
  }
  return folders;
}

async function outdated(
  folder: string,
  options: RetentionOptions,
): Promise<readonly { readonly path: string; readonly sizeBytes: number }[]> {
  const { maxAgeMs = sevenDaysMs, keepPerJob = 3, nowMs } = options;
  const logs: { path: string; sizeBytes: number; modifiedMs: number }[] = [];
  for (const entry of await listFolder(join(options.farm, folder))) {
    if (entry.kind !== 'file' || !entry.name.endsWith('.log')) continue;
    const facts = entryFacts(entry.path);
    if (facts !== undefined) logs.push({ path: `${folder}/${entry.name}`, ...facts });
  }
  return logs
    .sort((a, b) => b.modifiedMs - a.modifiedMs)
    .slice(keepPerJob)
    .filter((log) => nowMs - log.modifiedMs > maxAgeMs);
}
