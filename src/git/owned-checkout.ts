import { fault } from '../diagnostics/index.ts';
import { ensureFolder, pathKind, removeEntry } from '../host/index.ts';
import { CheckoutProgram } from './checkout-program.ts';
import { pushTrouble } from './push-trouble.ts';
import { shownAddress } from './remote-address.ts';

/** A checkout that belongs to packmill alone: nobody else's work is in it, so that it may be emptied and laid out at will. */
export interface OwnedCheckout {
  /** Made when it is missing. */
  readonly folder: string;
  /** What `origin` is; undefined leaves it as it is. */
  readonly url?: string | undefined;
  /** When `origin` is another one already: an error, a new address, or all stays as it is. */
  readonly onMismatch: 'error' | 'repair' | 'ignore';
}

/**
 * Makes a checkout of our own when it is missing, without a commit, and sees to its `origin` (specification 7.8). Asks no
 * server. Throws GIT015 when `origin` is another address, GIT012, SYS004.
 */
export async function ensureOwnedCheckout({ folder, url, onMismatch }: OwnedCheckout): Promise<void> {
  ensureFolder(folder);
  const git = new CheckoutProgram(folder);
  if (pathKind(`${folder}/.git`) === 'none') await git.read(['init', '--quiet', '--template=']);
  // left by a process that was killed; nobody else works here
  for (const name of ['index.lock', 'HEAD.lock', 'config.lock']) removeEntry(`${folder}/.git/${name}`);
  if (url === undefined) return;
  const origin = await originOf(folder);
  if (origin === undefined) await git.read(['remote', 'add', 'origin', url]);
  else if (origin !== url && onMismatch === 'repair') await git.read(['remote', 'set-url', 'origin', url]);
  else if (origin !== url && onMismatch === 'error') {
    throw fault('GIT015', {
      what: `'${folder}' is a copy of '${shownAddress(origin)}', and not of '${shownAddress(url)}'`,
    });
  }
}

/** The address of `origin`; undefined without one. */
async function originOf(folder: string): Promise<string | undefined> {
  const result = await new CheckoutProgram(folder).run(['config', '--get', 'remote.origin.url']);
  return result.code === 0 ? result.stdout.trim() : undefined;
}

export interface LayOutWish {
  readonly folder: string;
  readonly commit: string;
  /** The local branch that is set to the commit and checked out; undefined: none. */
  readonly branch?: string | undefined;
  /** Names at the top that are left alone although no commit has them. */
  readonly keep?: readonly string[] | undefined;
}

/** Makes the files of a checkout of our own those of a commit, whatever they were. Throws GIT012. */
export async function layOutCommit({ folder, commit, branch, keep = [] }: LayOutWish): Promise<void> {
  const git = new CheckoutProgram(folder);
  const where = branch === undefined ? ['--detach'] : ['-B', branch];
  await git.read(['-c', 'advice.detachedHead=false', 'checkout', '--quiet', '--force', ...where, commit]);
  await git.read(['clean', '-ffdxq', ...keep.flatMap((name) => ['-e', `/${name}`])]);
}

/**
 * Makes another repository the same as `origin` was when all its branches were fetched last: branches and tags, also backwards,
 * and what is gone goes. Throws GIT problems of pushes.
 */
export async function pushMirror(folder: string, url: string, signal?: AbortSignal): Promise<void> {
  const specs = ['+refs/remotes/origin/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
  const git = new CheckoutProgram(folder);
  const args = ['push', '--quiet', '--porcelain', '--prune', '--no-verify', url, ...specs];
  const result = await git.run(args, { signal, timeoutMs: 600_000 });
  if (result.code !== 0 || result.why !== 'ended') throw pushTrouble(shownAddress(url), result);
}
