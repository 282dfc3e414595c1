import { runProcess } from '../host/index.ts';
import { gitEnvironment } from './git-program.ts';

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
 * What a server says of a branch: its newest commit (40 or 64 hexadecimal digits); nothing, when it has no such
 * repository or branch, or does not show it to us; or it cannot be reached at all.
 */
export type RemoteAnswer =
  | { readonly kind: 'commit'; readonly commit: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unreachable' };

/** How git, curl and ssh say that there was nobody to talk to. */
const unreachable =
  /Could not resolve host|Failed to connect|Couldn't connect|Connection (?:timed out|refused)|No route to host|Network is unreachable|unable to look up/i;

/** Asks a server for the newest commit of a branch (git-ls-remote(1)). Never asks for a password. */
export async function remoteHead(remote: RemoteRef, options: RemoteHeadOptions): Promise<RemoteAnswer> {
  const name = remote.ref === 'HEAD' ? 'HEAD' : `refs/heads/${remote.ref}`;
  const result = await runProcess('git', ['ls-remote', '--exit-code', '--', remote.url, name], {
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    env: gitEnvironment(options.configFile, 'ssh -o BatchMode=yes'),
  });
  if (result.code !== 0) {
    const silent = result.why === 'timed-out' || unreachable.test(result.stderr);
    return { kind: silent ? 'unreachable' : 'nothing' };
  }
  for (const line of result.stdout.split('\n')) {
    const [commit, found] = line.split('\t');
    if (found === name && commit && /^[0-9a-f]{40,64}$/.test(commit)) return { kind: 'commit', commit };
  }
  return { kind: 'nothing' };
}
