import type { Clock, Console } from '../host/index.ts';

const redrawMs = 250;

/** A few lines at the bottom of a terminal that are rewritten in place, with plain lines scrolling above. */
export class LiveBlock {
  readonly #console: Console;
  readonly #lines: () => readonly string[];
  readonly #stop = new AbortController();
  #drawn = 0;

  constructor(console: Console, clock: Clock, lines: () => readonly string[]) {
    this.#console = console;
    this.#lines = lines;
    void this.#tick(clock);
  }

  async #tick(clock: Clock): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.draw();
      await clock.sleep(redrawMs, this.#stop.signal);
    }
  }

  /** Rewrites the block with what there is to say now. */
  draw(): void {
    if (this.#stop.signal.aborted) return;
    const width = Math.max(20, this.#console.columns());
    const lines = this.#lines().map((line) => (line.length >= width ? `${line.slice(0, width - 2)}…` : line));
    this.#console.err(`${this.#clear()}${lines.join('\n')}\n`);
    this.#drawn = lines.length;
  }

  /** A line that stays, above the block. */
  above(line: string): void {
    this.#console.err(`${this.#clear()}${line}\n`);
    this.#drawn = 0;
    this.draw();
  }

  /** Removes the block for good. */
  end(): void {
    if (this.#stop.signal.aborted) return;
    this.#console.err(this.#clear());
    this.#drawn = 0;
    this.#stop.abort();
  }

  #clear(): string {
    return this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\u001b[0J`;
  }
}
