import { type Srcinfo, sectionValues } from '../pacman/index.ts';

/** A branch of an upstream repository that a recipe follows. */
export interface WatchedBranch {
  readonly url: string;
  /** `HEAD`, or the whole name: `refs/heads/X`. */
  readonly ref: string;
}

/** `URL#REF`: what answers and stored commits are found by. */
export function branchKey(branch: WatchedBranch): string {
  return `${branch.url}#${branch.ref}`;
}

/**
 * The branches that a recipe follows: all git sources of the key `source` (without architecture) that are pinned to
 * nothing, in their order, each once (specification 7.7). Nothing: the maintainer pins all, or there is no git source;
 * stored commits are then forgotten.
 */
export function watchedBranches(srcinfo: Srcinfo): readonly WatchedBranch[] {
  const branches = new Map<string, WatchedBranch>();
  for (const source of sectionValues(srcinfo.base, 'source')) {
    const branch = watchedBranch(source);
    if (branch) branches.set(branchKey(branch), branch);
  }
  return [...branches.values()];
}

/** The branch of one source: `[NAME::]git+URL[?QUERY][#branch=X]`, the query in front of the fragment or behind it. */
function watchedBranch(source: string): WatchedBranch | undefined {
  const at = source.lastIndexOf('git+');
  if (at < 0) return undefined;
  const [address = '', fragment] = splitAtFirst(source.slice(at + 'git+'.length), '#');
  const [url = ''] = splitAtFirst(address, '?');
  // what stands behind `git+` may be a mere name of a file
  if (!/^(?:https?|ssh|git|file):\/\/./.test(url)) return undefined;
  return followedBranch(url, fragment);
}

/**
 * The branch that a git source follows by what stands behind its `#`: its own one, the default branch, or none when it is
 * pinned to a tag or a commit.
 */
export function followedBranch(url: string, fragment: string | undefined): WatchedBranch | undefined {
  if (fragment === undefined) return { url, ref: 'HEAD' };
  const [kind, branch = ''] = splitAtFirst(splitAtFirst(fragment, '?')[0] ?? '', '=');
  return kind === 'branch' && branch !== '' ? { url, ref: `refs/heads/${branch}` } : undefined;
}

function splitAtFirst(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
