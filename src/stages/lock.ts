import { fault } from '../diagnostics/index.ts';
import {
  type FileLock,
  holdFileLock,
  isFileLocked,
  ownIdentity,
  processState,
  textIfThere,
} from '../host/index.ts';

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
  const lock = older === undefined ? await holdFileLock(path, holderText()) : undefined;
  if (lock) return lock;
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
