import type { BuildEvent } from '../app/index.ts';
import type { Clock } from '../host/index.ts';
import { formatDuration } from '../primitives/index.ts';
import { LiveBlock } from './live-block.ts';
import type { Shell } from './shell.ts';

interface RunningJob {
  readonly sinceMs: number;
  readonly expectedMs: number | undefined;
}

/**
 * Shows a build as it goes. On a terminal: plain lines for what ended above one calm block with the running
 * builds, counts and the time left as far as history tells; elsewhere: plain lines only.
 */
export class BuildDisplay {
  readonly #shell: Shell;
  readonly #clock: Clock;
  readonly #block: LiveBlock | undefined;
  readonly #running = new Map<string, RunningJob>();
  #total = 0;
  #ended = 0;
  #failed = 0;
  #remainingMs: number | undefined;

  constructor(shell: Shell, clock: Clock) {
    this.#shell = shell;
    this.#clock = clock;
    const live = shell.console.errIsTerminal && !shell.quiet && !shell.json;
    this.#block = live ? new LiveBlock(shell.console, clock, () => this.#lines()) : undefined;
  }

  /** Takes one event of the build in. */
  show(event: BuildEvent): void {
    switch (event.kind) {
      case 'recovered':
        return this.#say(`recovered: ${event.what}`);
      case 'planned':
        this.#total = event.toRun;
        this.#remainingMs = event.expectedMs;
        return this.#say(event.summary);
      case 'started':
        this.#running.set(event.job, { sinceMs: this.#clock.monotonicMs(), expectedMs: event.expectedMs });
        if (!this.#block) this.#say(`started    ${event.job}${event.reason ? ` (${event.reason})` : ''}`);
        return this.#block?.draw();
      case 'ended':
        return this.#end(event);
      case 'published':
        return this.#say(`published  ${event.what}`);
    }
  }

  #end(event: Extract<BuildEvent, { kind: 'ended' }>): void {
    const running = this.#running.get(event.job);
    this.#running.delete(event.job);
    if (event.counts) this.#ended += 1;
    if (event.state === 'failed' || event.state === 'timed-out' || event.state === 'blocked')
      this.#failed += 1;
    if (this.#remainingMs !== undefined) {
      this.#remainingMs = Math.max(0, this.#remainingMs - (running?.expectedMs ?? 0));
    }
    const time = event.durationMs === undefined ? '' : ` in ${formatDuration(event.durationMs)}`;
    this.#say(`${event.state.padEnd(10)} ${event.job}${time}${event.reason ? `: ${event.reason}` : ''}`);
  }

  /** Takes the block away; harmless when called twice. */
  end(): void {
    this.#block?.end();
  }

  #say(line: string): void {
    if (this.#block) this.#block.above(line);
    else this.#shell.tell(line);
  }

  #lines(): string[] {
    const now = this.#clock.monotonicMs();
    const lines = [...this.#running].map(([job, { sinceMs, expectedMs }]) => {
      const expected = expectedMs === undefined ? '' : ` of about ${formatDuration(expectedMs)}`;
      return `  ${job}  ${formatDuration(Math.floor((now - sinceMs) / 1000) * 1000)}${expected}`;
    });
    const failed = this.#failed === 0 ? '' : `, ${this.#failed} failed`;
    const left = this.#remainingMs === undefined ? '' : `, about ${formatDuration(this.#remainingMs)} left`;
    return [`[${this.#ended}/${this.#total}]${failed}, ${this.#running.size} running${left}`, ...lines];
  }
}
