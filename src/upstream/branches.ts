import type { Problem } from '../diagnostics/index.ts';
import type { Srcinfo } from '../formats/pacman/index.ts';

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
 * The branches that a recipe follows: all git sources of the key `source` (without architecture) that are pinned to nothing, in
 * their order, each once (specification 7.7). Nothing: the maintainer pins all, or there is no git source.
 */
export function watchedBranches(_srcinfo: Srcinfo): readonly WatchedBranch[] {
  throw new Error('not there yet');
}

export interface BranchOptions {
  /** Path of a git configuration that replaces the user's own. */
  readonly configFile: string;
  /** For one question; default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Questions at the same time; default 8. */
  readonly parallel?: number | undefined;
  /** Questions to one server at the same time; default 4. */
  readonly perServer?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a server says of a branch. `nothing`: it has no such repository or branch; `silent`: it does not answer. */
export type BranchAnswer =
  | { readonly kind: 'commit'; readonly commit: string }
  | { readonly kind: 'nothing'; readonly problem: Problem }
  | { readonly kind: 'silent'; readonly problem: Problem };

/** Asks for the newest commits of branches, by `branchKey`; one question for each repository. Never throws for one server's trouble. */
export async function branchHeads(
  _branches: Iterable<WatchedBranch>,
  _options: BranchOptions,
): Promise<ReadonlyMap<string, BranchAnswer>> {
  throw new Error('not there yet');
}
