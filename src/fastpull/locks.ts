import { dirname } from 'node:path';
import { fault } from '../diagnostics/index.ts';
import {
  bytesIfThere,
  type Clock,
  ensureFolder,
  entryFacts,
  linkNew,
  ownIdentity,
  type ProcessIdentity,
  processState,
  type Random,
  removeEntry,
  renameEntry,
  repeatEvery,
  setModifiedTime,
  writeWhole,
} from '../host/index.ts';

interface Holder extends ProcessIdentity {
  /** Of this one time that the lock is held. */
  readonly token: string;
}

/** A holder that we cannot look at (another machine) shows that it lives by touching its lock this often. */
const touchMs = 60_000;
const silentMs = 10 * touchMs;
const shortestPauseMs = 10;
const longestPauseMs = 250;

export interface LocksOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  /** How long a lock is waited for before FPL015; default an hour. */
  readonly patienceMs?: number | undefined;
}

/**
 * Advisory locks of this process and of others: one file each, with who holds it. They lie outside of the collections, where
 * other programs take every file for a record (specification, 2.8).
 */
export class Locks {
  readonly #options: LocksOptions;
  /** The end of the queue of this process for each lock. */
  readonly #queues = new Map<string, Promise<void>>();
  /** Folders of locks that were made, or found. */
  readonly #folders = new Set<string>();

  constructor(options: LocksOptions) {
    this.#options = options;
  }

  /** Runs `work` while nobody else holds the lock. Throws FPL015 when it is not to be had, and what `work` throws. */
  async hold<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#queues.get(name);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#queues.set(name, promise);
    try {
      await before;
      return await this.#holdFile(name, work);
    } finally {
      if (this.#queues.get(name) === promise) this.#queues.delete(name);
      resolve();
    }
  }

  async #holdFile<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const path = `${this.#options.folder}/${name}`;
    this.#ensureFolder(dirname(path));
    const token = await this.#acquire(path);
    const touching = repeatEvery(touchMs, () => {
      try {
        setModifiedTime(path, this.#options.clock.nowMs());
      } catch {
        // who took it over removed it meanwhile
      }
    });
    try {
      return await work();
    } finally {
      touching();
      if (readHolder(path)?.token === token) removeEntry(path);
    }
  }

  #ensureFolder(path: string): void {
    if (this.#folders.has(path)) return;
    ensureFolder(path);
    this.#folders.add(path);
  }

  async #acquire(path: string): Promise<string> {
    const { clock, random, patienceMs = 3_600_000 } = this.#options;
    const untilMs = clock.monotonicMs() + patienceMs;
    const token = random.hex(16);
    for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      if (this.#take(path, token)) return token;
      const holder = readHolder(path);
      if (holder && this.#isStale(path, holder) && this.#takeOver(path, holder, token)) return token;
      if (clock.monotonicMs() >= untilMs) {
        const who = holder ? `process ${holder.pid}` : 'another process';
        throw fault('FPL015', { what: `${who} holds the lock '${path}'` });
      }
      await clock.sleep(pauseMs);
    }
  }

  /** True when the lock was free and is ours now. */
  #take(path: string, token: string): boolean {
    const temporary = `${path}.${token}`;
    const holder: Holder = { token, ...ownIdentity() };
    // not durable: no holder outlives a power loss
    writeWhole(temporary, JSON.stringify(holder));
    try {
      return linkNew(temporary, path);
    } finally {
      removeEntry(temporary);
    }
  }

  #isStale(path: string, holder: Holder): boolean {
    const state = processState(holder);
    if (state !== 'unknown') return state === 'gone';
    const facts = entryFacts(path);
    return facts !== undefined && this.#options.clock.nowMs() - facts.modifiedMs > silentMs;
  }

  /**
   * Takes the lock of a holder that is gone. Whoever may do that is decided by a lock named after the holder's token: it
   * guards against one that looked at the old holder, slept, and would push out a new one.
   */
  #takeOver(path: string, gone: Holder, token: string): boolean {
    const guard = `${path}.after-${gone.token}`;
    if (!this.#take(guard, token)) {
      const other = readHolder(guard);
      if (!other || !this.#isStale(guard, other) || !this.#takeOver(guard, other, token)) return false;
    }
    try {
      if (readHolder(path)?.token !== gone.token) return false;
      const temporary = `${path}.${token}`;
      writeWhole(temporary, JSON.stringify({ token, ...ownIdentity() } satisfies Holder));
      renameEntry(temporary, path);
      return true;
    } finally {
      removeEntry(guard);
    }
  }
}

/** What no machine writes: such a file goes by its age. */
const unreadable: Holder = { token: 'unreadable', pid: 0, realm: '', began: undefined };

/** Undefined when nobody holds it. */
function readHolder(path: string): Holder | undefined {
  const bytes = bytesIfThere(path);
  if (!bytes) return undefined;
  try {
    const holder = JSON.parse(Buffer.from(bytes).toString()) as Holder;
    return /^[0-9a-f]{32}$/.test(holder.token) ? holder : unreadable;
  } catch {
    return unreadable;
  }
}
