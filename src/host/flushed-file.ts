import { close, fdatasync, openSync } from 'node:fs';

/**
 * Forces to disk what others wrote to a file, without holding up this thread. Calls that come while one is under way
 * share the next one.
 */
export class FlushedFile {
  readonly #fd: number;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #closed = false;

  /** Throws the system's error when the file cannot be opened. */
  constructor(path: string) {
    this.#fd = openSync(path, 'r');
  }

  /** Resolves when everything written before the call is on disk; rejects with the system's error. */
  flush(): Promise<void> {
    if (this.#next) return this.#next;
    if (!this.#running) return this.#start();
    // What runs may have begun before the bytes in question were written.
    const start = (): Promise<void> => this.#start();
    this.#next = this.#running.then(start, start);
    return this.#next;
  }

  /** The file itself is closed when nothing is under way any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#running) this.#closeFile();
  }

  #start(): Promise<void> {
    this.#next = undefined;
    const running = new Promise<void>((resolve, reject) => {
      fdatasync(this.#fd, (error) => {
        this.#running = undefined;
        if (error) reject(error);
        else resolve();
        // Another one that waits begins in the microtasks of this one's end.
        if (this.#closed) setImmediate(() => this.#running ?? this.#closeFile());
      });
    });
    this.#running = running;
    return running;
  }

  #closeFile(): void {
    close(this.#fd, () => undefined);
  }
}
