import { fault } from '../diagnostics/index.ts';
import {
  type Clock,
  entryFacts,
  type FileLock,
  isFileLocked,
  kindsIn,
  namesIn,
  removeEntry,
  textIfThere,
} from '../host/index.ts';
import { takeLock } from './lock.ts';
import { discardFolder, type StageState } from './state.ts';

/** What tidying has removed, by name. */
export interface Tidied {
  readonly layers: readonly string[];
  readonly work: readonly string[];
  readonly records: readonly string[];
}

/**
 * Removes what nothing needs any more: seeds that were unpacked and not used for a time, trees of builds that failed, what kills left
 * half unpacked, and records of results that were built anew since. Throws MST012, and MST013 while something is built with this state.
 */
export async function tidyState(
  state: StageState,
  options: { readonly unusedMs: number; readonly clock: Clock },
): Promise<Tidied> {
  const lock = await takeLock(state.tidyLock);
  try {
    await refuseWhileBuilding(state);
    const before = options.clock.nowMs() - options.unusedMs;
    const layers: string[] = [];
    for (const { name } of kindsIn(`${state.root}/layers`).filter(({ kind }) => kind === 'folder')) {
      const usedMs = entryFacts(`${state.root}/layers/${name}.used`)?.modifiedMs ?? 0;
      if (!name.startsWith('.') && usedMs > before) continue;
      await discardFolder(`${state.root}/layers/${name}`);
      removeEntry(`${state.root}/layers/${name}.used`);
      layers.push(name);
    }
    const work = namesIn(`${state.root}/work`);
    for (const name of work) await discardFolder(`${state.root}/work/${name}`);
    return { layers, work, records: forgetRecords(state) };
  } finally {
    await lock.release();
  }
}

/**
 * Keeps what is used from being tidied away, and others from the folder of that name in which a result is made, until the lock is
 * released. Throws MST013 while somebody is tidying, or makes the same result.
 */
export async function announceBuild(state: StageState, name: string): Promise<FileLock> {
  const own = await takeLock(`${state.running}/${name}`);
  if (!(await isFileLocked(state.tidyLock))) return own;
  await own.release();
  throw fault('MST013', { what: `somebody is tidying '${state.root}'` });
}

async function refuseWhileBuilding(state: StageState): Promise<void> {
  for (const name of namesIn(state.running)) {
    const path = `${state.running}/${name}`;
    if (await isFileLocked(path)) {
      const held = await takeLock(path);
      await held.release();
    }
    removeEntry(path);
  }
}

function forgetRecords(state: StageState): readonly string[] {
  const kept = new Set(
    namesIn(`${state.root}/results`).map((name) => textIfThere(`${state.root}/results/${name}`)?.trim()),
  );
  const forgotten = namesIn(`${state.root}/records`).filter((name) => !kept.has(name.replace(/\.json$/, '')));
  for (const name of forgotten) removeEntry(`${state.root}/records/${name}`);
  return forgotten;
}
