import { dirname } from 'node:path';
import { type Clock, systemClock } from '../host/index.ts';
import { FileTail } from './file-tail.ts';

export interface HubOptions {
  readonly clock?: Clock;
  /** How often to look where nobody tells of changes, default 500. */
  readonly pollMs?: number;
  /** Shortest time between two pieces of one file, default 20. */
  readonly gapMs?: number;
}

/** A follower's hold on the end of a file; `release` it. */
export interface TailHold {
  readonly tail: FileTail;
  release(): void;
}

/** Where all followers of a process meet, so that many of them cost a file no more than one. */
export class LogHub {
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #gapMs: number;
  readonly #tails = new Map<string, { readonly tail: FileTail; holds: number }>();
  readonly #folders = new Map<string, Set<FileTail>>();

  constructor(options: HubOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#pollMs = options.pollMs ?? 500;
    this.#gapMs = options.gapMs ?? 20;
  }

  /**
   * Says that a file has grown, is there, or has got its last byte; `path` as the sources name it. A file nobody
   * follows may be the next one of a log in its folder, so the followers there look.
   */
  touched(path: string): void {
    const known = this.#tails.get(path);
    if (known !== undefined) known.tail.notice();
    else for (const tail of this.#folders.get(dirname(path)) ?? []) tail.notice();
  }

  /** Files that are followed now, for metrics. */
  get followedFiles(): number {
    return this.#tails.size;
  }

  /** Followers of a file now, for metrics. */
  followersOf(path: string): number {
    return this.#tails.get(path)?.holds ?? 0;
  }

  /** Joins those who follow a file. */
  hold(path: string): TailHold {
    const entry = this.#tails.get(path) ?? this.#open(path);
    entry.holds += 1;
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      entry.holds -= 1;
      if (entry.holds === 0) this.#close(entry.tail);
    };
    return { tail: entry.tail, release };
  }

  /** Waits for a log that has no file yet. */
  rest(signal: AbortSignal | undefined): Promise<void> {
    return this.#clock.sleep(this.#pollMs, signal);
  }

  #open(path: string): { readonly tail: FileTail; holds: number } {
    const entry = {
      tail: new FileTail(path, { clock: this.#clock, pollMs: this.#pollMs, gapMs: this.#gapMs }),
      holds: 0,
    };
    this.#tails.set(path, entry);
    const inFolder = this.#folders.get(dirname(path)) ?? new Set();
    this.#folders.set(dirname(path), inFolder.add(entry.tail));
    return entry;
  }

  #close(tail: FileTail): void {
    tail.close();
    this.#tails.delete(tail.path);
    const folder = dirname(tail.path);
    const inFolder = this.#folders.get(folder);
    inFolder?.delete(tail);
    if (inFolder?.size === 0) this.#folders.delete(folder);
  }
}
