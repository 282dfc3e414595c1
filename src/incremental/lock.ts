import { fault } from '../diagnostics/index.ts';
import {
  holdFileLock,
  linkNew,
  ownIdentity,
  type ProcessIdentity,
  processState,
  removeEntry,
  systemRandom,
  textIfThere,
  writeWhole,
} from '../host/index.ts';

/**
 * Takes the lock of a state folder; the answer gives it back. Throws INC008 when a build that runs has it, SYS001 without flock(1)
 * when one that was killed has it, SYS004.
 */
export async function takeLock(path: string): Promise<() => void> {
  const mine = `${path}-${systemRandom.hex(6)}`;
  writeWhole(mine, JSON.stringify(ownIdentity()));
  try {
    for (let tries = 0; tries < 3; tries += 1) {
      if (linkNew(mine, path)) return () => void removeEntry(path);
      if (isLeft(path)) await removeLeft(path);
    }
    throw fault('INC008', { what: 'other processes want to build here', place: { file: path } });
  } finally {
    removeEntry(mine);
  }
}

/** Whether there is a lock whose build is gone, or has no name. Throws INC008 for one that runs. */
function isLeft(path: string): boolean {
  const text = textIfThere(path);
  if (text === undefined) return false;
  const holder = holderOf(text);
  if (holder === undefined || processState(holder) === 'gone') return true;
  throw fault('INC008', { what: `process ${holder.pid} builds here`, place: { file: path } });
}

/** Removes the lock of a build that was killed, one process at a time: another one may have removed it and taken its own. */
async function removeLeft(path: string): Promise<void> {
  const removing = await holdFileLock(`${path}.removing`, JSON.stringify(ownIdentity()));
  if (removing === undefined) return;
  try {
    if (isLeft(path)) removeEntry(path);
  } finally {
    await removing.release();
  }
}

function holderOf(text: string): ProcessIdentity | undefined {
  try {
    const identity = JSON.parse(text) as ProcessIdentity;
    return typeof identity.pid === 'number' ? identity : undefined;
  } catch {
    return undefined;
  }
}
