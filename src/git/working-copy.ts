/** A commit as its object says it. */
export interface CommitFacts {
  readonly id: string;
  readonly parents: readonly string[];
  readonly subject: string;
  /** Subject and body. */
  readonly message: string;
  readonly authorName: string;
  readonly authorEmail: string;
  readonly committedMs: number;
}

/** A path that two trees differ in. A rename is a deletion and an addition. */
export interface TreeChange {
  readonly path: string;
  readonly kind: 'added' | 'deleted' | 'changed';
}

/** What a tree says of one of its names. */
export interface TreeEntry {
  readonly mode: '100644' | '100755' | '120000' | '040000' | '160000';
  /** The whole id of the file's bytes, of the folder's tree, or of the submodule's commit. */
  readonly id: string;
}

/** What a new commit has that its base has not. Paths are relative to the top, with slashes. */
export type FileChange =
  | { readonly path: string; readonly bytes: Uint8Array; readonly mode: '100644' | '100755' | '120000' }
  | { readonly path: string; readonly removed: true };

export interface NewCommit {
  /** The tree that `changes` apply to; undefined: the empty one. */
  readonly base: string | undefined;
  /** None: an orphan. Usually `[base]`; those of `base` when it is amended. */
  readonly parents: readonly string[];
  readonly changes: readonly FileChange[];
  readonly message: string;
}

/** One ref of the remote to move in a push. */
export interface RefMove {
  /** Whole name: `refs/heads/main`. */
  readonly ref: string;
  /** The commit; undefined deletes the ref. */
  readonly to: string | undefined;
  /** Also when it is no fast-forward. */
  readonly force?: boolean;
  /** What the remote must have there for the push to succeed: a commit, or null for nothing (force-with-lease). */
  readonly expected?: string | null;
}

export type FileKind = 'file' | 'folder' | 'link' | 'submodule';

export interface Author {
  readonly name: string;
  readonly email: string;
}

/**
 * A checked-out repository of recipes: read by few git processes, written without touching index and files, pushed
 * atomically. Everything that a name may not denote is absent from the answer instead of an error.
 */
export interface WorkingCopy {
  readonly folder: string;
  /** The branch that is followed: the configured one, else the one that is checked out, else the remote's default. */
  readonly branch: string;
  /** The remote whose branches are below `refs/remotes/NAME/`. */
  readonly remote: string;
  /** Commits of names (`HEAD`, `refs/tags/scheduled`, `refs/remotes/origin/state`); unknown ones are left out. One process. */
  resolve(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The commits that `tip` reaches and `base` does not, newest first; without a base `tip` alone. */
  commitsBetween(base: string | undefined, tip: string): Promise<readonly CommitFacts[]>;
  /** End points compared; without a base `tip` against its first parent, or against nothing. Sorted by path. */
  changesBetween(base: string | undefined, tip: string): Promise<readonly TreeChange[]>;
  isAncestor(ancestor: string, of: string): Promise<boolean>;
  /** Makes a shallow clone deep enough that the ancestry of `base` is known. Talks to the remote only when it is shallow. */
  deepenTo(base: string, tip?: string): Promise<void>;
  /** Whether any branch of the remote, as last fetched, contains the commit. */
  isOnBranch(commit: string): Promise<boolean>;
  /**
   * Fetches refs (patterns with one `*` allowed) into `refs/remotes/origin/*` and `refs/tags/*`, pruning what is gone; the forced way.
   * `found` is what `remoteRefs` has just said of the same patterns; with it the server is asked only for what is not
   * here yet. A shallow clone stays shallow.
   */
  fetch(refs: readonly string[], found?: ReadonlyMap<string, string>): Promise<void>;
  /** Refs of the remote by whole name. Throws GIT001, GIT003, GIT004. */
  remoteRefs(patterns: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Bytes of all files below a folder ('' for all) of a commit, by path; one process. */
  readFolder(commit: string, folder: string): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Bytes of single files; those that are not there are left out; one process. */
  readFiles(commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Names directly below a folder of a commit, and what they are. */
  list(commit: string, folder: string): Promise<ReadonlyMap<string, FileKind>>;
  /** What is below a folder ('' for all) of a commit but folders: mode and object id by path, without bytes. */
  entries(commit: string, folder: string): Promise<ReadonlyMap<string, TreeEntry>>;
  /** Paths of the checkout that differ from `HEAD`, untracked ones included, ignored ones not. */
  changedFiles(): Promise<readonly string[]>;
  /**
   * Writes commits in one process, dated by the clock; each may name an earlier one of the list by `#N` as base or
   * parent. Returns their ids in order: the same words at the same time give the same ids. Throws GIT002, GIT013.
   */
  writeCommits(commits: readonly NewCommit[], author: Author): Promise<readonly string[]>;
  /**
   * Pushes all or nothing. Throws GIT007 when the remote has moved, GIT009 when it refuses, GIT001, GIT003, GIT004.
   * A lease alone (`expected` without `force`) still moves forward only; a ref that is gone is deleted already.
   * `options` are push options (`ci.skip`), left out where the remote does not take any. Branches below
   * `refs/remotes/NAME` follow, tags do not (`setRef`).
   */
  push(moves: readonly RefMove[], options?: readonly string[]): Promise<void>;
  /** Moves the checked-out branch and its files to a commit; what differs in files that do not change stays. Throws GIT008. */
  moveTo(commit: string): Promise<void>;
  /** Sets a local ref (a tag after its push). */
  setRef(ref: string, commit: string): Promise<void>;
  /** Ends the git that reads objects; without that it keeps the program alive. */
  close(): Promise<void>;
}
