import { type Clock, readBytes, watchFile } from '../host/index.ts';
import { pieceBytes } from './log-source.ts';
import { fullPieceEnd, wholeCharacters } from './piece-end.ts';

export interface TailOptions {
  readonly clock: Clock;
  /** How often to look where the system tells of no changes. */
  readonly pollMs: number;
  /** Time between two looks at a file that changes all the time, so that followers get fewer, larger pieces. */
  readonly gapMs: number;
}

/** Bytes of the end of a file that are kept for those who follow it. */
const windowBytes = 1024 * 1024;
const windowPieces = 256;

const nothing: Uint8Array = Buffer.alloc(0);

/**
 * The growing end of one file, for all who follow it: one watch, one read per new piece. New pieces are kept in a
 * window of bounded size that followers take from at their own speed; nothing is ever queued for one of them. Who
 * has fallen behind the window reads from disk until it has caught up.
 */
export class FileTail {
  readonly path: string;
  readonly #options: TailOptions;
  readonly #watch;
  readonly #stop = new AbortController();
  readonly #wakers = new Set<() => void>();
  readonly #window: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  #windowBytes = 0;
  /** Up to where the file was read into the window; unknown until a follower has come to the end. */
  #end: number | undefined;
  #version = 0;

  constructor(path: string, options: TailOptions) {
    this.path = path;
    this.#options = options;
    this.#watch = watchFile(path);
    void this.#run();
  }

  /** Changes when followers should look again. */
  get version(): number {
    return this.#version;
  }

  /** Says that the file, or the list it stands in, has changed. */
  notice(): void {
    this.#watch.notice();
  }

  /**
   * Bytes from `offset` on, as many as come in one piece; empty when there are none (yet). While the file grows they
   * end with a whole character; `complete` says that it does not grow any more. Throws SYS004.
   */
  async read(offset: number, complete: boolean): Promise<Uint8Array> {
    const known = this.#fromWindow(offset);
    if (known !== undefined) return known;
    if (!complete && this.#end !== undefined && offset >= this.#end) return nothing;
    const bytes = (await readBytes(this.path, offset, pieceBytes)) ?? nothing;
    if (bytes.byteLength === pieceBytes) return bytes.subarray(0, fullPieceEnd(bytes));
    const taken = complete ? bytes : bytes.subarray(0, wholeCharacters(bytes));
    if (this.#end === undefined) {
      this.#end = offset + taken.byteLength;
      // Something may have been written since the read.
      this.notice();
    }
    return taken;
  }

  /** Resolves when the version is another one than `seen`, or the signal aborts. */
  changed(seen: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#version !== seen || signal?.aborted || this.#stop.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#wakers.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.#wakers.add(done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  close(): void {
    this.#stop.abort();
    this.#watch.close();
    this.#wake();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#watch.changed(this.#options.pollMs, signal);
      try {
        await this.#take();
      } catch {
        // The followers read by themselves then, and meet the cause.
        this.#end = undefined;
      }
      // Also when nothing came: the log may be finished, or another file may follow.
      this.#wake();
      await this.#options.clock.sleep(this.#options.gapMs, signal);
    }
  }

  async #take(): Promise<void> {
    while (this.#end !== undefined && !this.#stop.signal.aborted) {
      const read = await readBytes(this.path, this.#end, pieceBytes);
      if (read === undefined) return;
      const full = read.byteLength === pieceBytes;
      const bytes = read.subarray(0, full ? fullPieceEnd(read) : wholeCharacters(read));
      if (bytes.byteLength === 0) return;
      this.#keep(this.#end, bytes);
      this.#end += bytes.byteLength;
      if (!full) return;
      this.#wake();
    }
  }

  #keep(start: number, bytes: Uint8Array): void {
    // A few bytes would hold on to the whole buffer they were read into.
    this.#window.push({ start, bytes: bytes.byteLength < pieceBytes / 2 ? Buffer.from(bytes) : bytes });
    this.#windowBytes += bytes.byteLength;
    while (this.#windowBytes > windowBytes || this.#window.length > windowPieces) {
      this.#windowBytes -= this.#window.shift()?.bytes.byteLength ?? 0;
    }
  }

  #fromWindow(offset: number): Uint8Array | undefined {
    const piece = this.#window.findLast(({ start }) => start <= offset);
    if (piece === undefined || offset >= piece.start + piece.bytes.byteLength) return undefined;
    return piece.bytes.subarray(offset - piece.start);
  }

  #wake(): void {
    this.#version += 1;
    for (const wake of [...this.#wakers]) wake();
  }
}
