import { fault } from '../diagnostics/index.ts';
import {
  bytesIfThere,
  ensureFolder,
  linkNew,
  ownIdentity,
  type ProcessIdentity,
  processState,
  removeEntry,
  renameEntry,
  systemRandom,
  writeDurably,
} from '../host/index.ts';
import { ownFolder } from './state.ts';

function holderOf(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(Buffer.from(bytesIfThere(path) ?? []).toString('utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

const isLeft = (path: string): boolean => {
  const holder = holderOf(path);
  return holder === undefined || processState(holder) === 'gone';
};

/** Takes a lock away whose holder has ended; one that another process took meanwhile is given back. */
function breakLock(path: string, aside: string): void {
  if (!bytesIfThere(path)) return;
  renameEntry(path, aside);
  if (!isLeft(aside)) linkNew(aside, path);
  removeEntry(aside);
}

/**
 * Does something as the only writer of a package's folder (specification 10.4). A lock of a process that was killed does not
 * count. Throws EBN080 when somebody else is writing, SYS004.
 */
export async function asOnlyWriter<Result>(
  repository: string,
  name: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const folder = `${repository}/${ownFolder}/locks`;
  const path = `${folder}/${name.replace('/', ':')}`;
  const own = `${path}.${systemRandom.hex(8)}`;
  ensureFolder(folder);
  writeDurably(own, JSON.stringify(ownIdentity()));
  try {
    if (!linkNew(own, path)) {
      if (isLeft(path)) breakLock(path, `${own}.left`);
      if (!linkNew(own, path)) throw fault('EBN080', { what: `'${name}' is being written by another run` });
    }
  } finally {
    removeEntry(own);
  }
  try {
    return await work();
  } finally {
    removeEntry(path);
  }
}
