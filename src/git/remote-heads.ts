import { runProcess } from '../host/index.ts';
import { gitEnvironment } from './git-program.ts';
import { lastWords } from './remote-trouble.ts';

export interface RemoteHeadOptions {
  /** Path of a git configuration that replaces the user's own (mirrors, trust in local folders). */
  readonly configFile: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What a server says of refs of a repository: their commits (40 or 64 hexadecimal digits) by whole name, refs that are not
 * there missing; nothing, when it has no such repository or does not show it to us; or it cannot be reached at all.
 */
export type RemoteHeads =
  | { readonly kind: 'commits'; readonly commits: ReadonlyMap<string, string> }
  | { readonly kind: 'nothing'; readonly why: string | undefined }
  | { readonly kind: 'unreachable'; readonly why: string | undefined };

/** How git, curl and ssh say that there was nobody to talk to, or nobody in a state to talk. */
const unreachable =
  /Could not resolve host|Failed to connect|Couldn't connect|Connection (?:timed out|refused|reset)|No route to host|Network is unreachable|unable to look up|returned error: (?:5\d\d|429)|Empty reply from server|\bSSL_|SSL (?:certificate|connect)|gnutls_handshake|TLS connect|Operation (?:too slow|timed out)|Could not connect to server/i;

/**
 * Asks a server once for several refs by whole name (`HEAD`, `refs/heads/X`), or for all that match patterns as
 * git-ls-remote(1) has them (`refs/tags/*`). Never asks for a password and runs nothing but git's own transports.
 * Throws SYS001 without git.
 */
export async function remoteHeads(
  url: string,
  refs: readonly string[],
  options: RemoteHeadOptions,
): Promise<RemoteHeads> {
  const result = await runProcess('git', ['ls-remote', '--', url, ...refs], {
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    env: {
      ...gitEnvironment(options.configFile, 'ssh -o BatchMode=yes'),
      GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
    },
  });
  if (result.code !== 0) {
    const silent = result.why !== 'ended' || unreachable.test(result.stderr);
    const why = result.why === 'timed-out' ? 'It does not answer in time.' : lastWords(result.stderr);
    return { kind: silent ? 'unreachable' : 'nothing', why };
  }
  const commits = new Map<string, string>();
  const isWanted = (name: string): boolean => refs.some((ref) => ref.includes('*') || ref === name);
  for (const line of result.stdout.split('\n')) {
    const [commit, found] = line.split('\t');
    if (found !== undefined && commit && /^[0-9a-f]{40,64}$/.test(commit) && isWanted(found)) {
      commits.set(found, commit);
    }
  }
  return { kind: 'commits', commits };
}
