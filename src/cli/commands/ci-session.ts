import { fault, type Problem, problem } from '../../diagnostics/index.ts';
import { machine, pathKind } from '../../host/index.ts';
import { exitCodes, type Shell } from '../shell.ts';

/** Options of every command of the group. */
export interface CiOptions {
  readonly repository: string;
}

export interface ManagerOptions extends CiOptions {
  readonly manager?: string;
}

export interface HandOverOptions extends ManagerOptions {
  readonly handOver?: boolean;
}

export const repositoryOption = ['--repository <dir>', 'checkout of the recipe repository', '.'] as const;
export const managerOption = [
  '--manager <url>',
  'web address of the manager (default: $PACKMILL_MANAGER, else the queue store of .ci/config with $DEPLOY_KEY, else that of $REDIS_HOST, else the one at work in the farm of --farm)',
] as const;
export const handOverOption = [
  '--hand-over',
  "only leave the request on branch 'state' for 'packmill ci deliver'",
] as const;

/** The whole path of the checkout that was named. */
export function checkoutOf({ repository }: CiOptions): string {
  return machine.absolute(repository);
}

/**
 * Where commands find recipes that look at files as they are, and the packages that are meant: the folder of a package
 * stands for that package in the repository around it. Throws CIC024 when there is no such folder.
 */
export function recipesAt(
  options: CiOptions,
  packages: readonly string[] = [],
): { readonly repository: string; readonly packages: readonly string[] } {
  const folder = checkoutOf(options);
  if (pathKind(folder) !== 'folder') throw fault('CIC024', { what: `there is no folder '${folder}'` });
  if (pathKind(`${folder}/PKGBUILD`) !== 'file') return { repository: folder, packages };
  const at = folder.lastIndexOf('/');
  const name = folder.slice(at + 1);
  return { repository: folder.slice(0, at) || '/', packages: packages.length === 0 ? [name] : packages };
}

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
      repository: checkoutOf(given),
      onProblem: (found) => this.complain(found),
      tell: (line) => this.#shell.tell(line),
    };
  }

  /** The same for those that hand something to the manager. */
  handing(given: HandOverOptions) {
    return {
      ...this.options(given),
      manager: given.manager,
      // the farm of this machine, whose manager may be the one: never the recipe repository itself
      farm: this.#shell.farmFolder(() => false),
      handOver: given.handOver === true,
    };
  }

  complain(found: Problem): void {
    this.problems.push(found);
    this.#shell.complain(found);
    if (found.severity === 'error' && this.#shell.exitCode === exitCodes.done) {
      this.#shell.exitCode = exitCodes.failed;
    }
  }

  /** Shows trouble of one package among many: it is told, and the run is fine all the same. */
  remark(found: Problem): void {
    this.problems.push(found);
    this.#shell.complain(found);
  }

  /** The request is safe on branch `state`; the exit code says that it has not arrived. */
  complainOutOfReach(why: Problem): void {
    const what = `the manager cannot be reached: ${why.code} ${why.what}`;
    const found = why.blame === 'world' ? problem('CIC015', { what }) : why;
    this.problems.push(found);
    this.#shell.complain(found, true);
  }

  /** The result for machines, with every problem that was found. */
  conclude(result: object): void {
    this.#shell.printJson({ ...result, problems: this.problems });
  }
}
