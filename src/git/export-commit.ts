import { fault } from '../diagnostics/index.ts';
import { ensureFolder, listFolder, type ProcessResult, removeEntry, removeTree } from '../host/index.ts';
import { CheckoutProgram } from './checkout-program.ts';
import { isObjectId } from './object-id.ts';
import { shownAddress } from './remote-address.ts';
import { remoteTrouble } from './remote-trouble.ts';

export interface CommitWish {
  readonly url: string;
  /** A branch, a tag or a whole commit. */
  readonly ref: string;
  readonly signal?: AbortSignal | undefined;
}

export interface ExportOptions extends CommitWish {
  /** What the ref stands for. */
  readonly commit: string;
  /** Also what submodules point to, at every depth. */
  readonly submodules: boolean;
  /** Made when missing; should be empty. */
  readonly folder: string;
}

/** Line ends are those of the commit, whatever the user has set. */
const programIn = (folder: string): CheckoutProgram =>
  new CheckoutProgram(folder, [
    ['core.autocrlf', 'false'],
    ['advice.detachedHead', 'false'],
  ]);

/**
 * The commit that a branch or a tag of a repository stands for; a whole commit stands for itself, unasked. The user's
 * git configuration counts, as the address is his choice. Throws GIT001, GIT003, GIT004, and GIT005 for no such ref.
 */
export async function resolveCommit({ url, ref, signal }: CommitWish): Promise<string> {
  if (isObjectId(ref)) return ref;
  const shown = shownAddress(url);
  const names = [`refs/tags/${ref}^{}`, `refs/tags/${ref}`, `refs/heads/${ref}`, ref];
  const result = await programIn('/').run(['ls-remote', '--', url, ...names], { signal });
  if (result.code !== 0 || result.why !== 'ended') throw remoteTrouble(shown, result);
  const found = new Map(
    result.stdout.split('\n').map((line) => {
      const [commit = '', name = ''] = line.split('\t');
      return [name, commit];
    }),
  );
  const commit = names.map((name) => found.get(name)).find((id) => id !== undefined && isObjectId(id));
  if (commit !== undefined) return commit;
  throw fault('GIT005', { what: `'${shown}' has no branch and no tag '${ref}'` });
}

/**
 * Lays out the files of one commit without `.git`, with those of its submodules on wish. Nothing of it is run: no hooks,
 * no filters of the repository's own. Throws GIT001, GIT003, GIT004, GIT005, and SYS003 when a submodule cannot be had.
 */
export async function exportCommit(options: ExportOptions): Promise<void> {
  const { url, commit, ref, folder, signal } = options;
  ensureFolder(folder);
  const git = programIn(folder);
  const here = (args: readonly string[]): Promise<ProcessResult> => git.run(args, { signal });
  const must = async (args: readonly string[]): Promise<void> => {
    const result = await here(args);
    if (result.code !== 0 || result.why !== 'ended') throw remoteTrouble(shownAddress(url), result);
  };
  await must(['init', '--quiet', '--template=']);
  await must(['remote', 'add', 'origin', url]);
  // a server may refuse to hand out a commit by its name
  const one = await here(['fetch', '--quiet', '--depth=1', '--no-tags', 'origin', commit]);
  if (one.code !== 0) {
    const refs = isObjectId(ref)
      ? ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*']
      : [ref];
    await must(['fetch', '--quiet', '--no-tags', 'origin', ...refs]);
  }
  await must(['checkout', '--quiet', '--detach', commit]);
  if (options.submodules) {
    await must(['submodule', '--quiet', 'update', '--init', '--recursive', '--checkout']);
  }
  await removeGitData(folder);
}

/** Removes `.git`, which is a folder at the top and a file in each submodule. */
async function removeGitData(folder: string): Promise<void> {
  for (const { name, path, kind } of await listFolder(folder)) {
    if (name === '.git') {
      if (kind === 'folder') await removeTree(path);
      else removeEntry(path);
    } else if (kind === 'folder') await removeGitData(path);
  }
}
