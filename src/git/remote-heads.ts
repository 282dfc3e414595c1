import { machine, runProcess } from '../host/index.ts';

/** One thing to watch upstream: a repository and a branch of it, or its default branch. */
export interface RemoteRef {
  readonly url: string;
  /** `HEAD`, or a branch without `refs/heads/`. */
  readonly ref: string;
}

export interface RemoteHeadOptions {
  /** Path of a git configuration that replaces the user's own (mirrors, trust in local folders). */
  readonly configFile: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The newest commit of a remote branch (git-ls-remote(1)), 40 or 64 hexadecimal digits; undefined when the
 * server cannot be reached or has no such branch. Never asks for a password.
 */
export async function remoteHead(remote: RemoteRef, options: RemoteHeadOptions): Promise<string | undefined> {
  const name = remote.ref === 'HEAD' ? 'HEAD' : `refs/heads/${remote.ref}`;
  const result = await runProcess('git', ['ls-remote', '--exit-code', '--', remote.url, name], {
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    env: {
      PATH: machine.variable('PATH') ?? '/usr/bin:/bin',
      HOME: '/nonexistent',
      LC_ALL: 'C.UTF-8',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: options.configFile,
      GIT_TERMINAL_PROMPT: '0',
      GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    },
  });
  if (result.code !== 0) return undefined;
  for (const line of result.stdout.split('\n')) {
    const [commit, found] = line.split('\t');
    if (found === name && commit && /^[0-9a-f]{40,64}$/.test(commit)) return commit;
  }
  return undefined;
}
