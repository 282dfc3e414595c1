import { readEvents } from '../http/event-reader.ts';

interface Move {
  readonly job: string;
  readonly to: string;
  readonly reason: string;
  readonly builder?: string;
}

/** Reads a farm's event stream, through as many managers as it takes, and lets tests wait for moves of jobs. */
export class FarmWatch {
  readonly moves: Move[] = [];
  readonly #abort = new AbortController();
  readonly #waiting = new Set<() => void>();
  #last = 0;

  /** Goes on with the manager at this address, until that ends. */
  follow(url: string): void {
    void this.#read(url).catch(() => undefined);
  }

  /** Resolves with the nth move of a package to a state. */
  async moved(name: string, to: string, nth = 1): Promise<Move> {
    for (;;) {
      const found = this.movesOf(name).filter((move) => move.to === to)[nth - 1];
      if (found) return found;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  /** Moves of a pkgbase, or of a whole job id. */
  movesOf(name: string): readonly Move[] {
    return this.moves.filter(({ job }) => job === name || job.endsWith(`/${name}`));
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(url: string): Promise<void> {
    const answer = await fetch(`${url}/api/events/stream?after=${this.#last}`, {
      signal: this.#abort.signal,
    });
    for await (const { id, data } of readEvents(answer)) {
      this.#last = Number(id);
      const event = data as Partial<Move> & { kind: string };
      if (event.kind === 'job-moved') this.moves.push(event as Move);
      for (const wake of [...this.#waiting]) wake();
    }
  }
}
