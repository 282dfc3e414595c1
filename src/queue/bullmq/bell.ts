import type { ServerLine } from './server-line.ts';

/** Rings when the server says that something became claimable, or that it is back: then nobody knows what was missed. */
export class Bell {
  readonly #line: ServerLine;
  readonly #channel: string;
  readonly #listeners = new Set<() => void>();
  #started = false;

  /** The line is the bell's own: a connection that subscribes does nothing else. */
  constructor(line: ServerLine, channel: string) {
    this.#line = line;
    this.#channel = channel;
  }

  /** Hears the next rings until the returned function is called. Subscribes in the background, again and again. */
  listen(listener: () => void): () => void {
    this.#start();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  ring(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  close(): void {
    this.#line.close();
    this.ring();
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    const { redis } = this.#line;
    redis.on('message', () => this.ring());
    redis.on('ready', () => {
      redis.subscribe(this.#channel).then(
        () => this.ring(),
        // The line broke again, or the server hangs; a line that is made anew subscribes anew.
        () => {
          if (redis.status === 'ready') redis.disconnect(true);
        },
      );
    });
    redis.connect().catch(() => undefined);
  }
}
