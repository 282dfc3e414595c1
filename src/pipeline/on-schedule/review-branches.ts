import { isValidPkgname } from '../../formats/pacman/index.ts';

import type { Author, CommitFacts, WorkingCopy } from '../../git/index.ts';
import type { FileTree } from '../../host/index.ts';
import { textOf } from '../recipe-files.ts';
import { readRecipeTree } from './read-packages.ts';

const branchPrefix = 'update-';

/** The branch on which an update of a package is proposed. */
export function reviewBranch(name: string): string {
  return `${branchPrefix}${name}`;
}

/** Subject of the one commit of a review branch. */
export function reviewSubject(name: string): string {
  return `chore(update): ${name}`;
}

/** Review branches of the remote as last fetched. A branch that people made, or committed to, is none of them. */
export class ReviewBranches {
  readonly #copy: WorkingCopy;
  /** Commits by package name. */
  readonly commits: ReadonlyMap<string, string>;
  /** Names of packages whose branch is somebody's own. */
  readonly #taken: ReadonlySet<string>;

  private constructor(copy: WorkingCopy, commits: ReadonlyMap<string, string>, taken: ReadonlySet<string>) {
    this.#copy = copy;
    this.commits = commits;
    this.#taken = taken;
  }

  /** Asks the remote which there are, and brings their commits here. Ours are by `author`, the pipeline's. */
  static async fetch(copy: WorkingCopy, author: Author): Promise<ReviewBranches> {
    const pattern = `refs/heads/${branchPrefix}*`;
    const refs = await copy.remoteRefs([pattern]);
    if (refs.size > 0) await copy.fetch([pattern]);
    const commits = new Map<string, string>();
    const taken = new Set<string>();
    for (const [ref, commit] of refs) {
      const name = ref.slice(`refs/heads/${branchPrefix}`.length);
      if (!isValidPkgname(name)) continue;
      const [facts] = await copy.commitsBetween(undefined, commit);
      if (facts && isByPipeline(facts, name, author)) commits.set(name, commit);
      else taken.add(name);
    }
    return new ReviewBranches(copy, commits, taken);
  }

  /**
   * Whether a branch of the package's name is there that may be neither replaced nor deleted: a person's, or one of ours
   * that changes more than the folder of its package. `head` is the main branch.
   */
  async isSomebodyElses(name: string, head: string): Promise<boolean> {
    const commit = this.commits.get(name);
    if (commit === undefined) return this.#taken.has(name);
    const [facts] = await this.#copy.commitsBetween(undefined, commit);
    const [parent] = facts?.parents ?? [];
    if (parent === undefined) return true;
    // in a shallow clone it may be older than what is here
    if ((await this.#copy.resolve([parent])).size === 0) await this.#copy.deepenTo(parent, head);
    if ((await this.#copy.resolve([parent])).size === 0) return true;
    const changes = await this.#copy.changesBetween(parent, commit);
    return !changes.every(({ path }) => path.startsWith(`${name}/`));
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
      if ((ours.size === 0 || isSame) && !(await this.isSomebodyElses(name, head))) found.push(name);
    }
    return found;
  }
}

function isByPipeline({ authorEmail, parents, subject }: CommitFacts, name: string, author: Author): boolean {
  return authorEmail === author.email && parents.length === 1 && subject === reviewSubject(name);
}
