import type { BuildEvent, ForeseenJob } from '../app/index.ts';
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
  /** Jobs that have not ended, as the plan foresees them. */
  readonly #open = new Map<string, ForeseenJob>();
  readonly #counts = { failed: 0, blocked: 0 };
  #slots = 1;
  #total = 0;
  #note = '';

  constructor(shell: Shell, clock: Clock) {
    this.#shell = shell;
    this.#clock = clock;
    const live = shell.console.errCanRewrite && !shell.quiet && !shell.json;
    this.#block = live ? new LiveBlock(shell.console, clock, () => this.#lines()) : undefined;
  }

  /** Takes one event of the build in. */
  show(event: BuildEvent): void {
    switch (event.kind) {
      case 'recovered':
        this.#say(`recovered: ${event.what}`);
        break;
      case 'planned':
        this.#total = event.jobs.length;
        this.#slots = event.slots;
        for (const job of event.jobs) this.#open.set(job.id, job);
        this.#say(event.summary);
        break;
      case 'started':
        this.#start(event);
        break;
      case 'ended':
        this.#end(event);
        break;
      case 'published':
        this.#say(`published  ${event.what}`);
        break;
    }
  }

  /** Says that the running builds are being ended. */
  interrupted(): void {
    this.#note = ', ending';
    this.#say('interrupted: ending the running builds; once more leaves at once');
  }

  /** Takes the block away; harmless when called twice. */
  end(): void {
    this.#block?.end();
  }

  #start({ job, reason, expectedMs }: Extract<BuildEvent, { kind: 'started' }>): void {
    this.#running.set(job, { sinceMs: this.#clock.monotonicMs(), expectedMs });
    if (!this.#block) this.#say(`started    ${job}${reason ? ` (${reason})` : ''}`);
    this.#block?.draw();
  }

  #end({ job, state, reason, durationMs }: Extract<BuildEvent, { kind: 'ended' }>): void {
    this.#running.delete(job);
    this.#open.delete(job);
    if (state === 'failed' || state === 'timed-out') this.#counts.failed += 1;
    if (state === 'blocked') this.#counts.blocked += 1;
    const time = durationMs === undefined ? '' : ` in ${formatDuration(durationMs)}`;
    this.#say(`${state.padEnd(10)} ${job}${time}${reason ? `: ${reason}` : ''}`);
  }

  #say(line: string): void {
    if (this.#block) this.#block.above(line);
    else this.#shell.tell(line);
  }

  #lines(): string[] {
    const now = this.#clock.monotonicMs();
    const lines = [...this.#running].map(([job, { sinceMs, expectedMs }]) => {
      const expected = expectedMs === undefined ? '' : ` of about ${inSeconds(expectedMs)}`;
      return `  ${job}  ${inSeconds(now - sinceMs)}${expected}`;
    });
    const { failed, blocked } = this.#counts;
    const bad = `${failed === 0 ? '' : `, ${failed} failed`}${blocked === 0 ? '' : `, ${blocked} blocked`}`;
    const left = this.#leftMs(now);
    const time = left === undefined ? '' : `, about ${inSeconds(left)} left`;
    const ended = this.#total - this.#open.size;
    return [`[${ended}/${this.#total}]${bad}, ${this.#running.size} running${time}${this.#note}`, ...lines];
  }

  /** The longer one of the longest path that is left and of all work that is left, shared by the slots. */
  #leftMs(now: number): number | undefined {
    let longest = 0;
    let work = 0;
    for (const { id, expectedMs, pathMs } of this.#open.values()) {
      if (expectedMs === undefined) return undefined;
      const since = this.#running.get(id)?.sinceMs;
      const done = since === undefined ? 0 : Math.min(now - since, expectedMs);
      longest = Math.max(longest, pathMs - done);
      work += expectedMs - done;
    }
    return this.#open.size === 0 ? undefined : Math.max(longest, work / this.#slots);
  }
}

/** Whole seconds: a number that jumps about tells nobody more. */
const inSeconds = (ms: number): string => formatDuration(Math.floor(ms / 1000) * 1000).replace('.0s', 's');
