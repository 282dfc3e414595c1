import type { Problem } from '../../diagnostics/index.ts';
import { machine } from '../../host/index.ts';
import { exitCodes, type Shell } from '../shell.ts';

/** Options of every command of the group. */
export interface CiOptions {
  readonly repository: string;
}

export interface ManagerOptions extends CiOptions {
  readonly manager?: string;
}

export const repositoryOption = ['--repository <dir>', 'checkout of the recipe repository', '.'] as const;
export const managerOption = [
  '--manager <url>',
  'web address of the manager (default: $PACKMILL_MANAGER, else the queue store of .ci/config with $DEPLOY_KEY)',
] as const;

/** One run of a command of the group: problems are shown as they come, and an error among them makes the exit code 1. */
export class CiSession {
  readonly problems: Problem[] = [];
  readonly #shell: Shell;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  /** What use cases of pipelines are told. */
  options(given: CiOptions): {
    readonly repository: string;
    readonly onProblem: (problem: Problem) => void;
    readonly tell: (line: string) => void;
  } {
    return {
      repository: machine.absolute(given.repository),
      onProblem: (found) => this.complain(found),
      tell: (line) => this.#shell.tell(line),
    };
  }

  complain(found: Problem): void {
    this.problems.push(found);
    this.#shell.complain(found);
    if (found.severity === 'error' && this.#shell.exitCode === exitCodes.done) {
      this.#shell.exitCode = exitCodes.failed;
    }
  }

  /** The result for machines, with every problem that was found. */
  conclude(result: object): void {
    this.#shell.printJson({ ...result, problems: this.problems });
  }
}

/** The farm of this machine, whose manager may be the one: never the recipe repository itself. */
export function localFarm(shell: Shell): string {
  return shell.farmFolder(() => false);
}
