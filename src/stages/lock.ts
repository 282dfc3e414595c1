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

/** Of 50 ms each, for a lock whose holder was killed. */
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

/** Whether the process that a lock's text names has ended; the program that holds the lock for it ends a moment later. */
function isHolderGone(text: string | undefined): boolean {
  try {
    const { pid, realm, began } = JSON.parse(text ?? '') as Partial<ProcessIdentity>;
    if (typeof pid !== 'number' || typeof realm !== 'string' || typeof began !== 'string') return false;
    return processState({ pid, realm, began }) === 'gone';
  } catch {
    return false;
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
  for (let waits = 0; older === undefined; waits++) {
    const lock = await holdFileLock(path, holderText());
    if (lock) return lock;
    if (waits === mostWaits || !isHolderGone(textIfThere(path))) break;
    await systemClock.sleep(50);
  }
  const who = older === undefined ? holderWords(textIfThere(path)) : `process ${older}`;
  throw fault('MST013', { what: `${who} holds the lock '${path}'` });
}

/** Who holds a lock, without touching it; undefined when nobody does. */
export async function lockHolder(path: string): Promise<string | undefined> {
  const text = textIfThere(path);
  if (text === undefined) return undefined;
  const older = olderHolder(text);
  if (older !== undefined) return `process ${older}`;
  return (await isFileLocked(path)) ? holderWords(text) : undefined;
}
