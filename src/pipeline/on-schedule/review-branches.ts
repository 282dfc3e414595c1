import type { WorkingCopy } from '../../git/index.ts';
import type { FileTree } from '../../host/index.ts';
import { readRecipeTree } from './read-packages.ts';
import { textOf } from './recipe-files.ts';

const branchPrefix = 'update-';

/** The branch on which an update of a package is proposed. */
export function reviewBranch(name: string): string {
  return `${branchPrefix}${name}`;
}

/** Review branches of the remote as last fetched. */
export class ReviewBranches {
  readonly #copy: WorkingCopy;
  /** Commits by package name. */
  readonly commits: ReadonlyMap<string, string>;

  private constructor(copy: WorkingCopy, commits: ReadonlyMap<string, string>) {
    this.#copy = copy;
    this.commits = commits;
  }

  /** Asks the remote which there are, and brings their commits here. */
  static async fetch(copy: WorkingCopy): Promise<ReviewBranches> {
    const pattern = `refs/heads/${branchPrefix}*`;
    const refs = await copy.remoteRefs([pattern]);
    if (refs.size > 0) await copy.fetch([pattern]);
    const prefix = `refs/heads/${branchPrefix}`;
    return new ReviewBranches(
      copy,
      new Map([...refs].map(([ref, commit]) => [ref.slice(prefix.length), commit])),
    );
  }

  /** The version that an open branch of the package proposes; undefined without one. */
  async proposedVersion(name: string): Promise<string | undefined> {
    const tree = await this.tree(name);
    const text = tree && textOf(tree, 'PKGBUILD');
    return text === undefined ? undefined : /^pkgver=(["']?)([^"'\s]+)\1\s*$/m.exec(text)?.[2];
  }

  /** The package's folder on its review branch. */
  async tree(name: string): Promise<FileTree | undefined> {
    const commit = this.commits.get(name);
    return commit === undefined ? undefined : await readRecipeTree(this.#copy, commit, name);
  }

  /**
   * Branches with nothing left to review: their folder is gone, or the main branch has the same in it already
   * (specification 7.16). `head` is the main branch.
   */
  async obsolete(head: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [name, commit] of this.commits) {
      const [ours, theirs] = await Promise.all([
        this.#copy.entries(head, name),
        this.#copy.entries(commit, name),
      ]);
      const isSame =
        ours.size === theirs.size &&
        [...ours].every(([path, { id, mode }]) => {
          const other = theirs.get(path);
          return other?.id === id && other.mode === mode;
        });
      if (ours.size === 0 || isSame) found.push(name);
    }
    return found;
  }
}
