// A process of the farm that is killed, stopped and started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from '../end-to-end/farm-fixture.ts';
import type { Place } from './network.ts';

export interface ActorOptions {
  readonly name: string;
  /** Words after `packmill`. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The machine it runs on; default: this one. */
  readonly place?: Place | undefined;
  /** Where its log file goes. */
  readonly logs: string;
  /** What it prints once it is at work. */
  readonly ready: RegExp;
}

/** One packmill process, started anew as often as wanted; all of them write into one log. */
export class Actor {
  readonly name: string;
  readonly log: string;
  readonly #options: ActorOptions;
  #child: ChildProcess | undefined;
  #expected = true;
  #deaths: string[] = [];

  constructor(options: ActorOptions) {
    this.name = options.name;
    this.log = join(options.logs, `${options.name}.log`);
    this.#options = options;
  }

  /** 0 when it does not run. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  start(): void {
    if (this.isRunning) throw new Error(`${this.name} runs already`);
    const { command, environment, place } = this.#options;
    appendFileSync(this.log, `--- start ${new Date().toISOString()}\n`);
    const output = openSync(this.log, 'a');
    const enter = place === undefined ? [] : ['nsenter', `--net=/run/netns/${place.namespace}`];
    const words = [...enter, process.execPath, join(project, 'bin', 'packmill'), ...command];
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...words], {
      stdio: ['ignore', output, output],
      env: { ...process.env, NO_COLOR: '1', ...environment },
    });
    closeSync(output);
    this.#child = child;
    this.#expected = false;
    child.once('exit', (code, signal) => {
      if (this.#child === child) this.#child = undefined;
      appendFileSync(this.log, `--- end ${new Date().toISOString()} ${code ?? signal}\n`);
      if (!this.#expected) this.#deaths.push(`${this.name} ended by itself with ${code ?? signal}`);
    });
  }

  /** Waits until the process that runs now has said that it is at work. */
  ready(): Promise<void> {
    return this.says(this.#options.ready);
  }

  /** Waits until the process that runs now has said something. */
  async says(what: RegExp): Promise<void> {
    for (;;) {
      const [, last = ''] = readFileSync(this.log, 'utf8').split(/--- start(?!.*--- start)/s);
      if (what.test(last)) return;
      if (!this.isRunning) throw new Error(`${this.name} does not start:\n${last}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#expected = true;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  stop(): void {
    appendFileSync(this.log, `--- stopped ${new Date().toISOString()}\n`);
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
    appendFileSync(this.log, `--- resumed ${new Date().toISOString()}\n`);
  }

  /** Ends that nobody asked for since this was last asked. */
  takeDeaths(): string[] {
    return this.#deaths.splice(0);
  }
}
