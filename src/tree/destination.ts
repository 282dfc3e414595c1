import { fault } from '../diagnostics/index.ts';
import {
  ensureOwnedCheckout,
  type FileChange,
  layOutCommit,
  openWorkingCopy,
  pushMirror,
  type RefMove,
  type TreeEntry,
  type WorkingCopy,
} from '../git/index.ts';
import { type FileTree, gitBlobId, pathKind } from '../host/index.ts';
import { committedFiles } from './committed-files.ts';
import type { RegenOptions } from './contract.ts';

const author = { name: 'packmill', email: 'packmill@localhost' };

/** A commit that a run made of a tree, or the one that has the same tree already. */
export interface Written {
  readonly branch: string;
  /** What the branch was; undefined when it begins here. */
  readonly base: string | undefined;
  /** Undefined in a dry run that would change something. */
  readonly commit: string | undefined;
  /** Paths that differ from the base. */
  readonly changes: number;
}

export interface DestinationOptions
  extends Pick<
    RegenOptions,
    'production' | 'createBranches' | 'dryRun' | 'onOriginMismatch' | 'clock' | 'signal'
  > {
  readonly name: string;
  readonly folder: string;
  /** Of the remote; undefined in development. */
  readonly url: string | undefined;
  /** Names in its folder that belong to others. */
  readonly keep?: readonly string[];
}

/**
 * A repository that a run writes to: a kit, or meta-repo. Commits are made beside the branches, and branches move when all
 * kits are made (`publish`): a run that is killed before leaves them where they were.
 */
export class Destination {
  readonly name: string;
  readonly #options: DestinationOptions;
  readonly #copy: WorkingCopy | undefined;
  readonly #written: Written[] = [];

  private constructor(options: DestinationOptions, copy: WorkingCopy | undefined) {
    this.name = options.name;
    this.#options = options;
    this.#copy = copy;
  }

  /** In production all branches of the remote are fetched. Throws GIT015 and problems of git's servers. */
  static async open(options: DestinationOptions): Promise<Destination> {
    const { folder, url, onOriginMismatch: onMismatch, clock, signal } = options;
    // a dry run makes nothing where nothing was
    if (options.dryRun && url === undefined && pathKind(`${folder}/.git`) === 'none')
      return new Destination(options, undefined);
    await ensureOwnedCheckout({ folder, url, onMismatch });
    const copy = await openWorkingCopy({ folder, clock, signal });
    if (options.production) await copy.fetch(['refs/heads/*', 'refs/tags/*']);
    return new Destination(options, copy);
  }

  /** The commit that a branch has; undefined when it begins with this run. Throws TRE003 when it may not. */
  async base(branch: string): Promise<string | undefined> {
    const { production, createBranches } = this.#options;
    const ref = production ? `refs/remotes/origin/${branch}` : `refs/heads/${branch}`;
    const base = (await this.#copy?.resolve([ref]))?.get(ref);
    if (base === undefined && production && !createBranches)
      throw fault('TRE003', { what: `the remote of '${this.name}' has no branch '${branch}'` });
    return base;
  }

  /** Files of a commit below a folder. */
  async files(commit: string, folder: string): Promise<FileTree> {
    return this.#copy ? await committedFiles(this.#copy, commit, folder) : new Map();
  }

  /** Makes a commit of a tree, which nothing points to yet; none when the branch has the same tree already. */
  async write(branch: string, files: FileTree, message: string): Promise<Written> {
    const base = await this.base(branch);
    const before = (base === undefined ? undefined : await this.#copy?.entries(base, '')) ?? new Map();
    const changes = differences(before, files);
    const isSame = changes.length === 0 && base !== undefined;
    const commit = isSame ? base : await this.#commit({ base, changes, message });
    const written = { branch, base, commit, changes: changes.length };
    this.#written.push(written);
    return written;
  }

  async #commit(wish: {
    readonly base: string | undefined;
    readonly changes: readonly FileChange[];
    readonly message: string;
  }): Promise<string | undefined> {
    const { base } = wish;
    if (this.#options.dryRun || !this.#copy) return undefined;
    const parents = base === undefined ? [] : [base];
    const [commit] = await this.#copy.writeCommits([{ ...wish, parents }], author);
    return commit;
  }

  /**
   * Moves branches to the new commits: all of the remote at once or none, if `push`, then those here. Returns what was pushed,
   * by branch. Throws GIT007 when somebody else has pushed meanwhile, GIT009, GIT001, GIT003, GIT004.
   */
  async publish(push: boolean): Promise<Readonly<Record<string, string>>> {
    const copy = this.#copy;
    if (!copy) return {};
    const moves = this.#written.flatMap(({ branch, base, commit }): RefMove[] =>
      commit === undefined || commit === base
        ? []
        : [{ ref: `refs/heads/${branch}`, to: commit, expected: base ?? null }],
    );
    if (push) await copy.push(moves);
    const [first, ...others] = this.#written.filter(({ commit }) => commit !== undefined);
    for (const { branch, commit } of others) await copy.setRef(`refs/heads/${branch}`, commit as string);
    const { folder, keep } = this.#options;
    if (first?.commit !== undefined)
      await layOutCommit({ folder, commit: first.commit, branch: first.branch, keep });
    if (!push) return {};
    return Object.fromEntries(moves.map(({ ref, to }) => [ref.replace(/^refs\/heads\//, ''), to ?? '']));
  }

  /** Makes a mirror the same as the remote is now. */
  async mirror(url: string): Promise<void> {
    await this.#copy?.fetch(['refs/heads/*', 'refs/tags/*']);
    await pushMirror(this.#options.folder, url, this.#options.signal);
  }

  async close(): Promise<void> {
    await this.#copy?.close();
  }
}

/** What turns a tree that was committed into another one, by path. Files are compared by their names in git, without being read. */
function differences(before: ReadonlyMap<string, TreeEntry>, after: FileTree): readonly FileChange[] {
  const changes: FileChange[] = [];
  for (const path of before.keys()) if (!after.has(path)) changes.push({ path, removed: true });
  for (const [path, { bytes, mode }] of after) {
    const old = before.get(path);
    const isSame = old?.mode === mode && old.id === gitBlobId(bytes, old.id.length > 40 ? 'sha256' : 'sha1');
    if (!isSame) changes.push({ path, bytes, mode });
  }
  return changes;
}
