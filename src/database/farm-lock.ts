import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { fault } from '../diagnostics/index.ts';
import { machine } from '../host/index.ts';
import { unusable } from './sql-connection.ts';

/** Longer than `readManager` holds the lock when it looks whether somebody has it. */
const patienceMs = 300;

/** Proof that this process alone changes a farm, or a builder's folder. */
export interface FarmLock {
  /** Gives the farm free; the end of the process does it too. */
  release(): void;
}

/** Takes the lock of a farm. Throws QUE001, naming the holder, when another process has it. */
export const acquireManagerLock = (path: string): FarmLock =>
  acquireLock(path, (holder, cause) =>
    fault('QUE001', { what: `the farm is at work in ${nameOf(holder)}`, cause }),
  );

/** Takes the lock of a builder's `folder`. Throws BLD044, naming the holder, when another process has it. */
export const acquireBuilderLock = (path: string, folder: string): FarmLock =>
  acquireLock(path, (holder, cause) =>
    fault('BLD044', { what: `the folder '${folder}' is a builder's at work in ${nameOf(holder)}`, cause }),
  );

const nameOf = (pid: number | undefined): string =>
  pid === undefined ? 'another process' : `process ${pid}`;

/**
 * Takes a lock, a SQLite file of its own in which a transaction is held open: the system drops it
 * with the process, however that ends. Throws what `taken` makes when another process has it.
 * Nothing but SQLite may open the file in that process: POSIX locks go when any descriptor of the file is closed.
 */
function acquireLock(path: string, taken: (holder: number | undefined, cause: unknown) => Error): FarmLock {
  const connection = open(path, false);
  try {
    connection.exec('BEGIN IMMEDIATE');
    connection.exec('CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL); DELETE FROM holder');
    connection.prepare('INSERT INTO holder VALUES (?)').run(machine.processId());
    // Readers see the pid only after a commit; whoever slips in between the two transactions has the lock then.
    connection.exec('COMMIT; BEGIN IMMEDIATE');
  } catch (error) {
    const pid = holderOf(connection);
    connection.close();
    if (!isBusy(error)) throw unusable(path, error);
    throw taken(pid, error);
  }
  let held = true;
  return {
    release: () => {
      if (!held) return;
      held = false;
      connection.close();
    },
  };
}

/** Pid of the process that works on the farm, or undefined when there is none. */
export function readManager(path: string): number | undefined {
  let connection: DatabaseSync;
  try {
    connection = open(path, true);
  } catch {
    return undefined;
  }
  try {
    connection.exec('BEGIN IMMEDIATE; ROLLBACK');
    return undefined;
  } catch (error) {
    return isBusy(error) ? holderOf(connection) : undefined;
  } finally {
    connection.close();
  }
}

function open(path: string, mustExist: boolean): DatabaseSync {
  try {
    const file = pathToFileURL(path);
    if (mustExist) file.searchParams.set('mode', 'rw');
    const connection = new DatabaseSync(file, { timeout: patienceMs });
    connection.exec('PRAGMA journal_mode = DELETE');
    return connection;
  } catch (error) {
    throw unusable(path, error);
  }
}

function holderOf(connection: DatabaseSync): number | undefined {
  try {
    const row = connection.prepare('SELECT pid FROM holder').get() as { pid: number } | undefined;
    return row?.pid;
  } catch {
    return undefined;
  }
}

/** SQLITE_BUSY. */
const isBusy = (error: unknown): boolean => (error as { errcode?: unknown }).errcode === 5;
