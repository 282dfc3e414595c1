import { fault } from '../diagnostics/index.ts';
import {
  type FileLock,
  holdFileLock,
  isFileLocked,
  ownIdentity,
  type ProcessIdentity,
  processState,
  systemClock,
  textIfThere,
} from '../host/index.ts';

/** Of 50 ms each, for a lock whose holder was killed or has not written its name. */
const mostWaits = 100;

/** Text of a lock file: who holds it, for people. */
function holderText(): string {
  const { pid, realm, began } = ownIdentity();
  return JSON.stringify({ pid, realm, began });
}

/** The process that a lock file of the older kind names (the number alone), when it is alive. */
function olderHolder(text: string): number | undefined {
  const pid = /^\s*([0-9]{1,9})\s*$/.exec(text)?.[1];
  if (pid === undefined) return undefined;
  const { realm } = ownIdentity();
  return processState({ pid: Number(pid), realm, began: undefined }) === 'running' ? Number(pid) : undefined;
}

/** Whether a lock's text names nobody yet, or a process that has ended: the program that holds the lock for it ends a moment later. */
function isPassing(text: string): boolean {
  try {
    const { pid, realm, began } = JSON.parse(text) as Partial<ProcessIdentity>;
    if (typeof pid !== 'number' || typeof realm !== 'string') return false;
    return processState({ pid, realm, began }) === 'gone';
  } catch {
    return true;
  }
}

function holderWords(text: string | undefined): string {
  try {
    const { pid } = JSON.parse(text ?? '') as { pid?: number };
    return typeof pid === 'number' ? `process ${pid}` : 'another process';
  } catch {
    return 'another process';
  }
}

/**
 * Takes a lock of a control folder (8.4): the kernel holds it, so it is gone with whoever had it. Files of the older kind, with a
 * number of a process, count as long as that process lives. Throws MST013 when somebody else has it.
 */
export async function takeLock(path: string): Promise<FileLock> {
  const before = textIfThere(path);
  const older = before === undefined ? undefined : olderHolder(before);
  while (older === undefined) {
    const lock = await holdFileLock(path, holderText());
    if (lock) return lock;
    const holder = await settledHolder(path);
    if (holder !== undefined) throw fault('MST013', { what: `${holder} holds the lock '${path}'` });
  }
  throw fault('MST013', { what: `process ${older} holds the lock '${path}'` });
}

/** Who holds a lock of the kernel, waiting while that is about to change; undefined when nobody does. */
async function settledHolder(path: string): Promise<string | undefined> {
  for (let waits = 0; ; waits++) {
    const text = textIfThere(path);
    if (text === undefined || !(await isFileLocked(path))) return undefined;
    if (waits === mostWaits || !isPassing(text)) return holderWords(text);
    await systemClock.sleep(50);
  }
}

/** Who holds a lock, without touching it; undefined when nobody does. */
export async function lockHolder(path: string): Promise<string | undefined> {
  const text = textIfThere(path);
  if (text === undefined) return undefined;
  const older = olderHolder(text);
  if (older !== undefined) return `process ${older}`;
  return await settledHolder(path);
}
