import { fault } from '../diagnostics/index.ts';
import {
  bytesIfThere,
  linkNew,
  ownIdentity,
  type ProcessIdentity,
  processState,
  removeEntry,
  systemRandom,
  writeWhole,
} from '../host/index.ts';

/** Takes the lock of a state folder; the answer gives it back. Throws INC008 when a build that runs has it, SYS004. */
export function takeLock(path: string): () => void {
  const mine = `${path}-${systemRandom.hex(6)}`;
  writeWhole(mine, JSON.stringify(ownIdentity()));
  try {
    for (let tries = 0; tries < 3; tries += 1) {
      if (linkNew(mine, path)) return () => void removeEntry(path);
      const holder = holderOf(path);
      if (holder !== undefined && processState(holder) !== 'gone') {
        throw fault('INC008', { what: `process ${holder.pid} builds here`, place: { file: path } });
      }
      removeEntry(path);
    }
    throw fault('INC008', { what: 'other processes want to build here', place: { file: path } });
  } finally {
    removeEntry(mine);
  }
}

function holderOf(path: string): ProcessIdentity | undefined {
  try {
    const identity = JSON.parse(Buffer.from(bytesIfThere(path) ?? '').toString('utf8')) as ProcessIdentity;
    return typeof identity.pid === 'number' ? identity : undefined;
  } catch {
    return undefined;
  }
}
