import { fault } from '../diagnostics/index.ts';
import { type Clock, ensureFolder, removeTree } from '../host/index.ts';
import { Slots } from '../primitives/index.ts';
import { type CallLimits, GitProgram } from './git-program.ts';
import { LaidOutFolders } from './laid-out-folders.ts';
import { type CommittedFolder, Mirror } from './mirror.ts';
import { isObjectId } from './object-id.ts';
import { type RemoteAddress, remoteAddress } from './remote-address.ts';

export interface SourceOptions {
  /** A URL, `host:path`, or a local folder with a git repository in it. */
  readonly url: string;
  /** Where the mirror and the laid-out folders live; used by one process at a time. Made when missing. */
  readonly folder: string;
  /** The branch to follow; undefined: `main`, or the default branch where there is no `main`. */
  readonly branch?: string | undefined;
  /** A git configuration of the farm: credential helpers, `http.extraHeader`, `url.*.insteadOf`. */
  readonly configFile?: string | undefined;
  /** What git calls for ssh, as GIT_SSH_COMMAND: `ssh -i KEY -o ...`. Must never ask anything. */
  readonly sshCommand?: string | undefined;
  readonly clock: Clock;
}

/** Which commit a job gets. */
export interface ResolvedCommit {
  /** The whole id. */
  readonly commit: string;
  /** What was asked for, as written; undefined when any commit was fine. */
  readonly wanted?: string | undefined;
  /** The wanted commit is not to be had any more; `commit` is the newest one instead (specification 15.7). */
  readonly isGone: boolean;
}

/**
 * A git repository of recipes: followed by a bare mirror, laid out folder by folder. Nothing that the repository
 * brings along is run or obeyed: no hooks, configuration, filters, attributes or submodules; links stay links.
 */
export class SourceRepository {
  readonly #mirror: Mirror;
  readonly #folders: LaidOutFolders;
  readonly #remote: RemoteAddress;
  /** The end of the line of those who change the mirror. */
  readonly #line = new Slots(1);

  private constructor(parts: { mirror: Mirror; folders: LaidOutFolders; remote: RemoteAddress }) {
    this.#mirror = parts.mirror;
    this.#folders = parts.folders;
    this.#remote = parts.remote;
  }

  /** Prepares the folder; asks no server. Throws GIT003 for a local folder that is not there, SYS004. */
  static async open(options: SourceOptions): Promise<SourceRepository> {
    const remote = remoteAddress(options.url);
    ensureFolder(options.folder, 0o755);
    const git = GitProgram.prepare({
      settingsFile: `${options.folder}/git-settings`,
      url: remote.url,
      configFile: options.configFile,
      sshCommand: options.sshCommand,
    });
    const mirror = new Mirror(`${options.folder}/mirror`, git, remote, options.branch);
    // where earlier versions laid out whole commits
    await removeTree(`${options.folder}/checkouts`);
    const folders = await LaidOutFolders.open(`${options.folder}/folders`, mirror, options.clock);
    return new SourceRepository({ mirror, folders, remote });
  }

  /**
   * Brings the mirror up to date and returns the newest commit of the branch. Callers wait in line. Throws GIT001
   * (out of reach, too slow or called off: a later try may help), GIT003 (no repository), GIT004 (not let in),
   * GIT005 (no such branch). `timeoutMs` is for each talk with the server.
   */
  fetch(limits: CallLimits = {}): Promise<string> {
    return this.#line.run(() => this.#mirror.fetchBranch(limits));
  }

  /** The newest commit of the branch as of the last fetch. Throws GIT001 before the first one. */
  async newest(): Promise<string> {
    const commit = await this.#mirror.newest();
    if (commit) return commit;
    throw fault('GIT001', { what: `'${this.#remote.shown}' has not been fetched yet` });
  }

  /** Whether the mirror holds the commit of this whole id; the server is not asked. */
  async has(commit: string): Promise<boolean> {
    return isObjectId(commit) && (await this.#mirror.holds(commit));
  }

  /**
   * Says which commit to build. `wanted` is a whole id or its first 7 digits or more; what the mirror lacks is
   * fetched. Throws GIT002 for what is no id or begins several ones, and what `fetch` throws.
   */
  async resolve(wanted: string | undefined, limits: CallLimits = {}): Promise<ResolvedCommit> {
    if (wanted === undefined) return { commit: await this.#newestOrFetch(limits), isGone: false };
    const digits = wanted.toLowerCase();
    if (!/^[0-9a-f]{7,64}$/.test(digits)) {
      throw fault('GIT002', { what: `'${wanted}' is not the id of a commit` });
    }
    const known = await this.#find(digits);
    if (known) return { commit: known, wanted, isGone: false };
    const newest = await this.#line.run(() =>
      isObjectId(digits) ? this.#mirror.fetchMissing(digits, limits) : this.#mirror.fetchBranch(limits),
    );
    const found = newest === digits ? newest : await this.#find(digits);
    if (found) return { commit: found, wanted, isGone: false };
    const isOffered =
      digits.length === newest.length &&
      (await this.#line.run(() => this.#mirror.fetchCommit(digits, limits)));
    return isOffered ? { commit: digits, wanted, isGone: false } : { commit: newest, wanted, isGone: true };
  }

  /**
   * The folders at the top of a commit, by name, without those whose names begin with a dot. Throws GIT002 when the
   * mirror lacks the commit.
   */
  async folders(commit: string): Promise<readonly CommittedFolder[]> {
    const found = isObjectId(commit) ? await this.#mirror.foldersOf(commit) : undefined;
    if (found) return found;
    if (await this.has(commit)) {
      this.#mirror.distrust();
      throw fault('GIT006', { what: `the mirror of '${this.#remote.shown}' lacks files of '${commit}'` });
    }
    throw fault('GIT002', { what: `'${this.#remote.shown}' has no commit '${commit}' in its mirror` });
  }

  /**
   * Paths of some folders of a commit, in their order, each laid out once for all commits that have it: bytes,
   * executable bits and links as committed, submodules as empty folders. A folder is complete or not there, bears its
   * name, and is shared: nobody may write in it. Throws GIT006, SYS004 (no room, among others).
   */
  layOut(commit: string, folders: readonly CommittedFolder[]): Promise<readonly string[]> {
    return this.#folders.get(commit, folders);
  }

  /**
   * Path of a folder with all files of a commit, which bears a name that is given; otherwise as `layOut`. Throws GIT002,
   * GIT006, SYS004.
   */
  async layOutWhole(commit: string, name: string): Promise<string> {
    const tree = isObjectId(commit) ? await this.#mirror.treeOf(commit) : undefined;
    if (tree === undefined) {
      if (await this.has(commit)) this.#mirror.distrust();
      throw fault('GIT002', { what: `'${this.#remote.shown}' has no commit '${commit}' in its mirror` });
    }
    const [path] = await this.#folders.get(commit, [{ name, tree }]);
    return path as string;
  }

  /**
   * Removes laid-out folders that were asked for last before a moment (ms since the epoch), but not `kept` paths and
   * those of the newest commit; returns their paths.
   */
  async pruneFolders(usedBeforeMs: number, kept: ReadonlySet<string>): Promise<readonly string[]> {
    const newest = await this.#mirror.newest();
    const held = newest === undefined ? [] : ((await this.#mirror.foldersOf(newest)) ?? []);
    return await this.#folders.prune(usedBeforeMs, { paths: kept, folders: held });
  }

  /** Gathers what many fetches left in the mirror. */
  tidy(limits: CallLimits = {}): Promise<void> {
    return this.#line.run(() => this.#mirror.tidy(limits));
  }

  async #newestOrFetch(limits: CallLimits): Promise<string> {
    return (await this.#mirror.newest()) ?? (await this.fetch(limits));
  }

  async #find(digits: string): Promise<string | undefined> {
    if (isObjectId(digits)) return (await this.#mirror.holds(digits)) ? digits : undefined;
    const [first, ...others] = await this.#mirror.beginningWith(digits);
    if (others.length > 0) {
      throw fault('GIT002', { what: `'${digits}' begins the ids of ${others.length + 1} commits` });
    }
    return first;
  }
}
