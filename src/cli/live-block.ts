import type { Clock, Console } from '../host/index.ts';

const redrawMs = 250;

/** A few lines at the bottom of a terminal that are rewritten in place, with plain lines scrolling above. */
export class LiveBlock {
  readonly #console: Console;
  readonly #lines: () => readonly string[];
  readonly #stop = new AbortController();
  /** What is on the screen now; nothing is written while it stays the same. */
  #shown: readonly string[] = [];

  constructor(console: Console, clock: Clock, lines: () => readonly string[]) {
    this.#console = console;
    this.#lines = lines;
    void this.#tick(clock);
  }

  async #tick(clock: Clock): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await clock.sleep(redrawMs, this.#stop.signal);
      this.draw();
    }
  }

  /** Rewrites the block with what there is to say now. */
  draw(): void {
    if (this.#stop.signal.aborted) return;
    const lines = this.#fit(this.#lines());
    if (lines.join('\n') === this.#shown.join('\n')) return;
    this.#console.err(`${this.#clear()}${lines.join('\n')}\n`);
    this.#shown = lines;
  }

  /** A line that stays, above the block. */
  above(line: string): void {
    if (this.#stop.signal.aborted) {
      this.#console.err(`${line}\n`);
      return;
    }
    const lines = this.#fit(this.#lines());
    this.#console.err(`${this.#clear()}${[line, ...lines].join('\n')}\n`);
    this.#shown = lines;
  }

  /** Takes the block away until it is drawn again, for what others write. */
  hide(): void {
    if (this.#stop.signal.aborted) return;
    this.#console.err(this.#clear());
    this.#shown = [];
  }

  /** Removes the block for good. */
  end(): void {
    if (this.#stop.signal.aborted) return;
    this.#console.err(this.#clear());
    this.#shown = [];
    this.#stop.abort();
  }

  /** Cut so that no line wraps and the block never scrolls: what has left the screen cannot be rewritten. */
  #fit(lines: readonly string[]): readonly string[] {
    const width = Math.max(20, this.#console.columns());
    const height = Math.max(2, this.#console.rows() - 1);
    const more = `  … and ${lines.length - height + 1} more`;
    const fitting = lines.length > height ? [...lines.slice(0, height - 1), more] : lines;
    return fitting.map((line) => (line.length >= width ? `${line.slice(0, width - 2)}…` : line));
  }

  #clear(): string {
    // to the first column first: a terminal echoes ^C wherever the cursor is
    return this.#shown.length === 0 ? '' : `\r\u001b[${this.#shown.length}A\u001b[0J`;
  }
}
