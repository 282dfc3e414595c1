import { join } from 'node:path';
import { type Problem, problem } from '../../diagnostics/index.ts';
import { exportCommit, resolveCommit, shownAddress } from '../../git/index.ts';
import {
  ensureFolder,
  moveFolder,
  pathKind,
  removeTree,
  subfolders,
  systemRandom,
} from '../../host/index.ts';

export interface FixupsWish {
  readonly workspace: string;
  /** Undefined: what is here already is used. */
  readonly url: string | undefined;
  readonly branch: string;
  /** Asks no server when a copy is here. */
  readonly fast: boolean;
  readonly signal: AbortSignal;
  readonly report: (problem: Problem) => void;
}

const prefix = 'kit-fixups';

/** What is exported here; others keep theirs under names of their own, which stay. */
const ownCopy = /^kit-fixups-[0-9a-f]{12}$/;

/**
 * Files of kit-fixups for repositories that are not kit-fixups themselves (specification 1.7); undefined when nobody said where
 * they are and none are here. A server that fails is a warning where an older copy is here. Throws GIT problems.
 */
export async function fixupsFolder(wish: FixupsWish): Promise<string | undefined> {
  const trees = join(wish.workspace, 'source-trees');
  const copies =
    pathKind(trees) === 'folder' ? subfolders(trees).filter((name) => name.startsWith(prefix)) : [];
  const { url, branch: ref, signal } = wish;
  // who names a repository wants its copy, not the one that somebody keeps beside it
  const here = (url === undefined ? undefined : copies.find((name) => ownCopy.test(name))) ?? copies[0];
  const path = here === undefined ? undefined : join(trees, here);
  if (url === undefined || (wish.fast && path !== undefined)) return path;
  try {
    const commit = await resolveCommit({ url, ref, signal });
    const name = `${prefix}-${commit.slice(0, 12)}`;
    if (here === name) return path;
    ensureFolder(trees);
    const fresh = join(trees, `.${name}-${systemRandom.hex(4)}`);
    try {
      await exportCommit({ url, ref, commit, submodules: false, folder: fresh, signal });
      await moveFolder(fresh, join(trees, name));
    } finally {
      await removeTree(fresh);
    }
    for (const old of copies) if (ownCopy.test(old) && old !== name) await removeTree(join(trees, old));
    return join(trees, name);
  } catch (error) {
    if (path === undefined || signal.aborted) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const what = `an older copy of '${shownAddress(url)}' is used`;
    wish.report(problem('AGN034', { what, why: `It cannot be updated: ${why}.` }));
    return path;
  }
}
