import { fault, type ProblemError } from '../diagnostics/index.ts';
import { machine, type ProcessResult, runProcess, type StartedProcess, startProcess } from '../host/index.ts';
import type { CallLimits } from './git-program.ts';
import { type Setting, settingsOf, settingVariables } from './git-settings.ts';
import { lastWords } from './remote-trouble.ts';

/**
 * What holds in somebody's checkout whatever its configuration says: nothing is run that came with a repository,
 * and pushes and fetches move what they are told and nothing else. Line ends, filters and links stay as its owner
 * has them, as his files on disk depend on them.
 */
const fixedSettings: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.quotePath', 'false'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['push.recurseSubmodules', 'no'],
  ['push.followTags', 'false'],
  ['log.showSignature', 'false'],
  ['gc.autoDetach', 'false'],
  // one pack instead of many files, and no second program that takes it apart
  ['fastimport.unpackLimit', '0'],
  ['http.lowSpeedLimit', '500'],
  ['http.lowSpeedTime', '60'],
];

/** Variables that would lead git to another repository or into another language than the one we read. */
const notOurs =
  /^(?:GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|PREFIX|CEILING_DIRECTORIES|INTERNAL_.*|QUARANTINE_PATH|LITERAL_PATHSPECS|GLOB_PATHSPECS|NOGLOB_PATHSPECS|ICASE_PATHSPECS|TRACE.*|EXTERNAL_DIFF|CONFIG_COUNT|CONFIG_(?:KEY|VALUE)_\d+)|LANGUAGE|LC_.*)$/;

/**
 * The environment of git in somebody's checkout: his own configuration, ssh agent and credential helpers, with
 * settings of ours on top that are in no command line.
 */
function checkoutEnvironment(settings: readonly Setting[]): Readonly<Record<string, string>> {
  const environment: Record<string, string> = { GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh' };
  const outside = machine.environment();
  for (const [name, value] of Object.entries(outside)) {
    if (value !== undefined && !notOurs.test(name)) environment[name] = value;
  }
  return {
    ...environment,
    ...settingVariables([...settingsOf(outside), ...fixedSettings, ...settings]),
    LC_ALL: 'C.UTF-8',
    GIT_TERMINAL_PROMPT: '0',
    // looking does not write
    GIT_OPTIONAL_LOCKS: '0',
  };
}

/** git(1) in a checkout that belongs to a user or to a CI job. */
export class CheckoutProgram {
  readonly folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #limits: readonly string[];

  /**
   * `variables` are stronger than those of the environment: GIT_DIR, GIT_SSH_COMMAND. `limits` are arguments of
   * prlimit(1) for processes that are started with `start`.
   */
  constructor(
    folder: string,
    settings: readonly Setting[] = [],
    variables: Readonly<Record<string, string>> = {},
    limits: readonly string[] = [],
  ) {
    this.folder = folder;
    this.#limits = limits;
    this.#environment = { ...checkoutEnvironment(settings), ...variables };
  }

  /** Runs git; a non-zero exit is a result. Throws SYS001, SYS002, SYS004. */
  run(
    args: readonly string[],
    options: CallLimits & { readonly input?: Uint8Array | string } = {},
  ): Promise<ProcessResult> {
    return runProcess('git', args, { ...options, cwd: this.folder, env: this.#environment });
  }

  /** Runs git and returns what it printed. Throws GIT010, GIT011, GIT012. */
  async read(
    args: readonly string[],
    options: { readonly input?: Uint8Array | string } = {},
  ): Promise<string> {
    const result = await this.run(args, options);
    if (result.code !== 0) throw this.trouble(result);
    return result.stdout;
  }

  /** Starts git with both ends open. */
  start(args: readonly string[]): Promise<StartedProcess> {
    const surroundings = { cwd: this.folder, env: this.#environment, stdin: 'pipe' } as const;
    if (this.#limits.length === 0) return startProcess('git', args, surroundings);
    return startProcess('prlimit', [...this.#limits, 'git', ...args], surroundings);
  }

  /** The problem of git that failed without talking to a server. */
  trouble(result: Pick<ProcessResult, 'stderr' | 'why'>): ProblemError {
    const why = lastWords(result.stderr);
    if (/detected dubious ownership|is owned by someone else/.test(result.stderr)) {
      return fault('GIT011', {
        what: `git does not work in '${this.folder}': it belongs to another user`,
        next: `When you trust it, run 'git config --global --add safe.directory ${this.folder}'.`,
      });
    }
    if (/not a git repository|must be run in a work tree/.test(result.stderr)) {
      return fault('GIT010', { what: `'${this.folder}' is no checkout of a git repository`, why });
    }
    const isOld = result.stderr.includes("unknown option `batch-command'");
    return fault('GIT012', {
      next: isOld ? 'Install git 2.36 or newer.' : undefined,
      what: `git fails in '${this.folder}'${result.why === 'ended' ? '' : `: ${result.why}`}`,
      why,
    });
  }
}
