import type { Clock } from '../host/index.ts';
import { ensureFolder, entryFacts, listFolder, writeFileWithMode } from '../host/index.ts';
import type { SandboxDriver } from '../sandbox/index.ts';

export interface SourceCacheScene {
  /** Folder of all caches. */
  readonly root: string;
  readonly clock: Clock;
  readonly sandbox: SandboxDriver;
}

const maxAgeMs = 30 * 24 * 60 * 60 * 1000;

/**
 * The folder in which a recipe keeps its sources between builds (specification 15.8), made on first use. Folders
 * of the same target that were made more than 30 days ago are removed first, so that removed recipes and changed
 * sources do not stay for ever; use does not make a folder younger.
 */
export async function sourceCacheFor(farm: SourceCacheScene, target: string, name: string): Promise<string> {
  const folder = `${farm.root}/${target}`;
  for (const entry of await listFolder(folder)) {
    const madeMs = entryFacts(`${folder}/.${entry.name}.timestamp`)?.modifiedMs;
    if (entry.kind !== 'folder') continue;
    if (madeMs === undefined || farm.clock.nowMs() - madeMs > maxAgeMs)
      await farm.sandbox.removeFolder(entry.path);
  }
  // '%' is in no name, so that two names never share a folder
  const own = name.replace('/', '%2f');
  const path = `${folder}/${own}`;
  ensureFolder(folder);
  if ((await listFolder(folder)).every((entry) => entry.name !== own)) {
    // beside the folder, not in it: what is in it belongs to the sandboxed builder
    await writeFileWithMode(`${folder}/.${own}.timestamp`, '', 0o644);
    await farm.sandbox.makeFolder(path);
  }
  return path;
}
