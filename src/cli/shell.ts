import type { Blame, Problem } from '../diagnostics/index.ts';
import { renderLine, renderTerminal } from '../diagnostics/index.ts';
import { type Console, machine } from '../host/index.ts';

/** Exit codes: a contract. */
export const exitCodes = { done: 0, failed: 1, usage: 2, world: 3, bug: 70, interrupted: 130 } as const;

/** The exit code of a command that ends on a problem. */
export function exitCodeOf(blame: Blame): number {
  switch (blame) {
    case 'recipe':
      return exitCodes.failed;
    case 'usage':
      return exitCodes.usage;
    case 'world':
      return exitCodes.world;
    case 'bug':
      return exitCodes.bug;
  }
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly farm?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** How a command talks: results on standard output, everything else on standard error. */
export class Shell {
  readonly console: Console;
  exitCode: number = exitCodes.done;
  #options: GlobalOptions = {};
  #heard: string | undefined;

  constructor(console: Console) {
    this.console = console;
  }

  /** Called once the command line is parsed. */
  configure(options: GlobalOptions): void {
    this.#options = options;
  }

  /** As if `--verbose` were there: some commands have a word of their own for it. */
  beVerbose(): void {
    this.#options = { ...this.#options, verbose: true };
  }

  get json(): boolean {
    return this.#options.json === true;
  }

  get quiet(): boolean {
    return this.#options.quiet === true;
  }

  get verbose(): boolean {
    return this.#options.verbose === true;
  }

  /** The farm's folder: --farm, else PACKMILL_FARM, else this folder when it is one, else `.farm`. */
  farmFolder(isFarm: (folder: string) => boolean): string {
    const named = this.namedFarm();
    if (named !== undefined) return named;
    const here = machine.absolute('.');
    return isFarm(here) ? here : machine.absolute('.farm');
  }

  /** The farm's folder as far as somebody has named one. */
  namedFarm(): string | undefined {
    const named = this.#options.farm ?? machine.variable('PACKMILL_FARM');
    return named === undefined ? undefined : machine.absolute(named);
  }

  /** A result for people, as lines; left out with --json. */
  print(...lines: readonly string[]): void {
    if (!this.json) this.#out(`${lines.join('\n')}\n`);
  }

  /** A result for machines; left out without --json. */
  printJson(value: unknown): void {
    if (this.json) this.#out(`${JSON.stringify(value, undefined, 2)}\n`);
  }

  #out(text: string): void {
    if (this.#heard !== undefined) this.#heard += text;
    this.console.out(text);
  }

  /** From now on what is printed is kept, too. The answer says what that was; undefined when anything was told on standard error. */
  listen(): () => string | undefined {
    this.#heard = '';
    return () => this.#heard;
  }

  /** What is going on, for people; left out with --quiet. */
  tell(line: string): void {
    this.#heard = undefined;
    if (!this.quiet) this.console.err(`${line}\n`);
  }

  /** A problem, on standard error; its blame decides the exit code when it is an error and `fatal`. */
  complain(problem: Problem, fatal = false): void {
    this.#heard = undefined;
    if (fatal) this.exitCode = exitCodeOf(problem.blame);
    if (this.quiet && problem.severity !== 'error') return;
    const whole = fatal || this.verbose || problem.severity === 'error';
    const look = this.console.errIsTerminal
      ? { colour: this.colors, columns: this.console.columns() }
      : { colour: false };
    this.console.err(`${whole ? renderTerminal(problem, look) : renderLine(problem)}\n`);
  }

  /** Whether standard output takes colours: a terminal that is not dumb, and NO_COLOR is empty or not set. */
  get outColors(): boolean {
    return this.console.outIsTerminal === true && !machine.variable('NO_COLOR');
  }

  /** Whether standard error takes colours: a terminal that is not dumb, and NO_COLOR is empty or not set. */
  get colors(): boolean {
    return this.console.errCanRewrite && !machine.variable('NO_COLOR');
  }
}
