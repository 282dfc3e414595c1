import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { project } from '../end-to-end/farm-fixture.ts';

/** What a program that ended left. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A packmill that runs: what it prints can be waited for, and it dies with the tests. */
export class StartedProgram {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #stdout = '';
  #stderr = '';
  #isOver = false;

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const packmill = [process.execPath, join(project, 'bin', 'packmill'), ...args];
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', ...packmill], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...plainEnvironment(), ...environment, NO_COLOR: '1' },
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#wake();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#wake();
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        this.#isOver = true;
        this.#wake();
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** Everything it said so far. */
  get said(): string {
    return this.#stderr;
  }

  /** Waits for words on standard error; fails with all of them when it ends without. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#stderr);
      if (found) return found;
      if (this.#isOver) throw new Error(`packmill ended and never said ${pattern}:\n${this.#stderr}`);
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.#child.kill(signal);
  }

  /** Asks it to end, and waits for that. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    if (!this.#isOver) this.kill(signal);
    return await this.ended;
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

/** Ours, without the variables that packmill reads, those of a CI service included. */
function plainEnvironment(): Record<string, string | undefined> {
  const ours =
    /^(?:PACKMILL|REDIS|DATABASE|BUILDER|LANDING_ZONE|PACKAGE_|REPO_PATH|GPG_PATH|LOGS_URL|SHARED_PATH|TELEGRAM|GITHUB_|GITLAB_CI|CI_|ACCESS_TOKEN|DEPLOY_KEY|AUR_KEY|TRIGGER)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}
