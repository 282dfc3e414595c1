import { absolutePath, machine, type ProcessResult, replaceFile, runProcess } from '../host/index.ts';

/** How long a call may take, and what calls it off. */
export interface CallLimits {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The environment of every git of ours: no configuration but the given one, nobody is asked for a password. */
export function gitEnvironment(configFile: string, sshCommand: string): Readonly<Record<string, string>> {
  return {
    PATH: machine.variable('PATH') ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: configFile,
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: sshCommand,
  };
}

/** Never asks, and gives up on a server that does not answer. */
export const plainSsh = 'ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=15';

/**
 * What holds whatever the farm's or a repository's configuration says: nothing that a repository brings along
 * is run, and files come out with the bytes that were committed.
 */
const fixedSettings: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'core.autocrlf=false',
  'core.symlinks=true',
  // packs and refs survive a power loss
  'core.fsync=committed,loose-object,reference',
  'fetch.unpackLimit=1',
  'fetch.recurseSubmodules=false',
  'fetch.fsckObjects=false',
  'submodule.recurse=false',
  'gc.autoDetach=false',
  // a server that trickles is as good as one that is gone
  'http.lowSpeedLimit=500',
  'http.lowSpeedTime=60',
];

const quote = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

/** The name under which the settings of `GitProgram` know the repository, so that its URL is in no command line. */
export const remoteName = 'source';

/** git(1) with settings of our own and nobody else's. */
export class GitProgram {
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  /** Writes `settingsFile` (mode 0600: URLs may hold passwords). Throws SYS004. */
  static prepare(options: {
    readonly settingsFile: string;
    readonly url: string;
    readonly configFile: string | undefined;
    readonly sshCommand: string | undefined;
  }): GitProgram {
    const lines = ['[safe]', '\tdirectory = *', `[remote "${remoteName}"]`, `\turl = ${quote(options.url)}`];
    if (options.configFile !== undefined) {
      lines.push('[include]', `\tpath = ${quote(absolutePath(options.configFile))}`);
    }
    replaceFile(options.settingsFile, `${lines.join('\n')}\n`, 0o600);
    return new GitProgram({
      ...gitEnvironment(options.settingsFile, options.sshCommand ?? plainSsh),
      GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
    });
  }

  /** Runs git; a non-zero exit is a result. Throws SYS001, SYS002, SYS004. */
  run(
    args: readonly string[],
    options: CallLimits & { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<ProcessResult> {
    const settings = fixedSettings.flatMap((setting) => ['-c', setting]);
    return runProcess('git', [...settings, ...args], {
      ...options,
      env: { ...this.#environment, ...options.env },
    });
  }
}
