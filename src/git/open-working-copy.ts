import { fault } from '../diagnostics/index.ts';
import { absolutePath, type Clock, pathKind, textIfThere } from '../host/index.ts';
import { CheckoutProgram } from './checkout-program.ts';
import { isTop, LocalCopy } from './local-copy.ts';
import { type Credentials, RemoteLink } from './remote-link.ts';
import type { WorkingCopy } from './working-copy.ts';

export interface WorkingCopyOptions {
  /** The top of the checkout, or a folder below it. */
  readonly folder: string;
  /**
   * The branch to follow. A CI service checks out single commits and has the name in its environment; undefined:
   * the one that is checked out, else the default branch of the remote as the clone knows it, else `main`.
   */
  readonly branch?: string | undefined;
  /** The remote of the checkout that is read and pushed to, default `origin`. */
  readonly remote?: string | undefined;
  /** Another address for that remote. */
  readonly url?: string | undefined;
  /** A token for HTTP, in place of those of the environment's git. In no command line, address or file. */
  readonly credentials?: Credentials | undefined;
  /** What git calls for ssh; undefined: what the environment's git calls. */
  readonly sshCommand?: string | undefined;
  /** For each talk with the server, default 600,000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Dates of new commits. */
  readonly clock: Clock;
}

/**
 * Opens a checkout; asks no server. Nothing that the repository brings along is run; configuration, ssh agent and
 * credential helpers of the environment are used. Close it, or its git keeps the program alive. Throws GIT010
 * (no checkout), GIT011 (it belongs to another user).
 */
export async function openWorkingCopy(options: WorkingCopyOptions): Promise<WorkingCopy> {
  const folder = await topOf(absolutePath(options.folder));
  const remote = options.remote ?? 'origin';
  const { url, credentials, sshCommand, signal, timeoutMs = 600_000 } = options;
  return new LocalCopy({
    folder,
    remote,
    branch: options.branch ?? (await currentBranch(folder, remote)),
    link: new RemoteLink({ folder, remote, url, credentials, sshCommand, timeoutMs, signal }),
    clock: options.clock,
  });
}

async function topOf(folder: string): Promise<string> {
  if (pathKind(folder) !== 'folder') throw fault('GIT010', { what: `'${folder}' is not a folder` });
  if (isTop(folder)) return folder;
  return (await new CheckoutProgram(folder).read(['rev-parse', '--show-toplevel'])).trimEnd();
}

/** Looks into `.git/HEAD` first, which spares a process where it says all. */
async function currentBranch(folder: string, remote: string): Promise<string> {
  const head = pathKind(`${folder}/.git`) === 'folder' ? textIfThere(`${folder}/.git/HEAD`) : undefined;
  const named = /^ref: refs\/heads\/(?!\.invalid)(.+)$/m.exec(head ?? '')?.[1];
  if (named !== undefined) return named;
  const git = new CheckoutProgram(folder);
  const symbolic = async (ref: string): Promise<string> => {
    const result = await git.run(['symbolic-ref', '--quiet', ref]);
    if (result.code !== 0 && result.code !== 1) throw git.trouble(result);
    return result.code === 0 ? result.stdout.trim() : '';
  };
  const current = (await symbolic('HEAD')).replace(/^refs\/heads\//, '');
  if (current !== '') return current;
  const byDefault = await symbolic(`refs/remotes/${remote}/HEAD`);
  return byDefault === '' ? 'main' : byDefault.slice(`refs/remotes/${remote}/`.length);
}
