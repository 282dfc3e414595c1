import { join } from 'node:path';
import { entryFacts, listFolder, removeTree } from '../host/index.ts';
import { linesPath, phasesPath } from './log-path.ts';

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
  /** Logs and notes, as paths relative to the farm; what belongs to them goes without being named. */
  readonly removed: readonly string[];
  readonly freedBytes: number;
}

interface LogFile {
  /** Relative to the farm. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

const sevenDaysMs = 7 * 24 * 60 * 60 * 1000;

const foldersOf = async (path: string): Promise<readonly string[]> =>
  (await listFolder(path)).filter((entry) => entry.kind === 'folder').map((entry) => entry.name);

/**
 * Removes logs that are both too old and not among the newest of their job, with all files that belong to them.
 * Notes of the queue belong to the attempt that came after them. Throws SYS004.
 */
export async function pruneLogs(options: RetentionOptions): Promise<Pruned> {
  const removed: string[] = [];
  let freedBytes = 0;
  for (const folder of await jobFolders(options.farm)) {
    for (const old of await outdated(folder, options)) {
      const path = join(options.farm, old.path);
      // The log last: what a kill leaves here is found again by it.
      if (path.endsWith('.log')) await removeTree(phasesPath(path));
      await removeTree(`${linesPath(path)}.new`);
      await removeTree(linesPath(path));
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

async function outdated(folder: string, options: RetentionOptions): Promise<readonly LogFile[]> {
  const { maxAgeMs = sevenDaysMs, keepPerJob = 3, nowMs } = options;
  const isOld = (file: LogFile): boolean => nowMs - file.modifiedMs > maxAgeMs;
  const files: LogFile[] = [];
  for (const entry of await listFolder(join(options.farm, folder))) {
    if (entry.kind !== 'file' || !/\.(log|notes)$/.test(entry.name)) continue;
    const facts = entryFacts(entry.path);
    if (facts !== undefined) files.push({ path: `${folder}/${entry.name}`, ...facts });
  }
  files.sort((a, b) => b.modifiedMs - a.modifiedMs);
  const logs = files.filter(({ path }) => path.endsWith('.log'));
  const going = new Set(logs.slice(keepPerJob).filter(isOld));
  const notes = files.filter(({ path }) => path.endsWith('.notes'));
  const unbuilt = notes.filter((note) => attemptAfter(note, logs) === undefined);
  const lonely = new Set(unbuilt.slice(keepPerJob));
  for (const note of notes.filter(isOld)) {
    const attempt = attemptAfter(note, logs);
    if (attempt === undefined ? lonely.has(note) : going.has(attempt)) going.add(note);
  }
  return [...going];
}

/** The log that was last written to at or after a note, the earliest of these: the attempt the note waited for. */
function attemptAfter(note: LogFile, newestFirst: readonly LogFile[]): LogFile | undefined {
  return newestFirst.findLast((log) => log.modifiedMs >= note.modifiedMs);
}
