import { systemClock } from '../host/index.ts';
import { LiveBlock } from './live-block.ts';
import type { Shell } from './shell.ts';

const everyMs = 5_000;

/** How far something has come: one line that is rewritten on a terminal, a line now and then elsewhere. */
export class ProgressLine {
  readonly #shell: Shell;
  readonly #block: LiveBlock | undefined;
  #line: string;
  #toldMs = systemClock.monotonicMs();

  constructor(shell: Shell, line: string) {
    this.#shell = shell;
    this.#line = line;
    const isLive = shell.console.errCanRewrite && !shell.quiet && !shell.json;
    this.#block = isLive ? new LiveBlock(shell.console, systemClock, () => [this.#line]) : undefined;
  }

  /** Takes in how far it has come. */
  show(line: string): void {
    this.#line = line;
    if (this.#block || systemClock.monotonicMs() - this.#toldMs < everyMs) return;
    this.#toldMs = systemClock.monotonicMs();
    this.#shell.tell(line);
  }

  /** Lets something be written that stays, without the line in its way. */
  apart(write: () => void): void {
    this.#block?.hide();
    write();
  }

  end(): void {
    this.#block?.end();
  }
}
