import { fault, isFault } from '../diagnostics/index.ts';
import { ensureFolder, namesIn, pathExists, realPath, removeEntry, removeTree } from '../host/index.ts';
import { CheckoutProgram } from './checkout-program.ts';
import { openWorkingCopy } from './open-working-copy.ts';
import { remoteAddress } from './remote-address.ts';
import type { Credentials } from './remote-link.ts';
import type { WorkingCopy } from './working-copy.ts';

export interface FollowedCloneOptions {
  /** Where the clone is; nobody else works in it, and what lies there otherwise is thrown away. */
  readonly folder: string;
  readonly url: string;
  /** Where pushes go, when it is somewhere else. */
  readonly pushUrl?: string | undefined;
  /** Undefined: the branch that the server checks out by default. */
  readonly branch?: string | undefined;
  readonly credentials?: Credentials | undefined;
  readonly sshCommand?: string | undefined;
  /** For each talk with the server. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly clock: Parameters<typeof openWorkingCopy>[0]['clock'];
}

const settled = /^refs\/heads\/(.+)$/;

/** A clone of one's own that follows a branch: it is always what the server has, and is made anew when it is broken. */
export class FollowedClone {
  readonly #options: FollowedCloneOptions;
  #branch: string | undefined;
  #isReady = false;

  constructor(options: FollowedCloneOptions) {
    this.#options = options;
    this.#branch = options.branch;
  }

  get folder(): string {
    return this.#options.folder;
  }

  /** The branch that is followed; undefined before the server was first asked for its own. */
  get branch(): string | undefined {
    return this.#branch;
  }

  /**
   * The newest commit of the branch on the server. Throws GIT001 (out of reach), GIT003 (no repository), GIT004 (not
   * let in), GIT005 (no such branch).
   */
  async newest(): Promise<string> {
    return await this.#repaired(() => this.#prepared((copy) => this.#newestOf(copy)));
  }

  /**
   * Brings the clone to the server's branch, with branch `state` and tag `scheduled`; returns the commit. A clone that
   * git can do nothing with is thrown away once. Throws as `newest`, and GIT012 when git fails all the same.
   */
  async refresh(): Promise<string> {
    return await this.#repaired(() => this.#refresh());
  }

  /**
   * Lets something be read of the clone as it is, also while somebody works in it; the server is not asked. Undefined
   * before the first `refresh`.
   */
  async read<Result>(work: (copy: WorkingCopy) => Promise<Result>): Promise<Result | undefined> {
    if (!pathExists(`${this.folder}/.git/config`)) return undefined;
    return await this.#opened(work);
  }

  /** Does something; where the clone itself was in the way, once more with a new one. */
  async #repaired<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!isFault(error) || !(await this.#isBroken(error.problem.code))) throw error;
      await removeTree(this.folder);
      this.#isReady = false;
      return await work();
    }
  }

  /** git says of a broken clone what it says of a server without a repository, so it is asked about the clone alone. */
  async #isBroken(code: string): Promise<boolean> {
    if (/^GIT01[012]$/.test(code)) return true;
    if (!pathExists(this.folder)) return false;
    const result = await new CheckoutProgram(this.folder).run(['rev-parse', '--absolute-git-dir']);
    return result.code !== 0 || result.stdout.trim() !== realPath(`${this.folder}/.git`);
  }

  async #refresh(): Promise<string> {
    return await this.#prepared(async (copy) => {
      const commit = await this.#newestOf(copy);
      const branch = this.#branch as string;
      await copy.fetch([`refs/heads/${branch}`, 'refs/heads/state', 'refs/tags/scheduled']);
      const git = new CheckoutProgram(this.folder);
      await git.read(['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
      await git.read(['reset', '--hard', '--quiet', `refs/remotes/origin/${branch}`]);
      await git.read(['clean', '-ffdxq']);
      return (
        (await copy.resolve([`refs/remotes/origin/${branch}`])).get(`refs/remotes/origin/${branch}`) ?? commit
      );
    });
  }

  async #newestOf(copy: WorkingCopy): Promise<string> {
    this.#branch ??= await this.#defaultBranch(copy);
    const ref = `refs/heads/${this.#branch}`;
    const commit = (await copy.remoteRefs([ref])).get(ref);
    if (commit !== undefined) return commit;
    const shown = remoteAddress(this.#options.url).shown;
    throw fault('GIT005', { what: `'${shown}' has no branch '${this.#branch}'` });
  }

  /** `main` where there is one, else the only branch that is nobody's tool, else what the server checks out. */
  async #defaultBranch(copy: WorkingCopy): Promise<string> {
    const refs = await copy.remoteRefs(['HEAD', 'refs/heads/*']);
    if (refs.has('refs/heads/main')) return 'main';
    const head = refs.get('HEAD');
    for (const [ref, commit] of refs) {
      const name = settled.exec(ref)?.[1];
      if (name !== undefined && commit === head) return name;
    }
    return 'main';
  }

  async #prepared<Result>(work: (copy: WorkingCopy) => Promise<Result>): Promise<Result> {
    if (!this.#isReady) await this.#prepare();
    this.#isReady = true;
    return await this.#opened(work);
  }

  async #opened<Result>(work: (copy: WorkingCopy) => Promise<Result>): Promise<Result> {
    const { folder, credentials, sshCommand, timeoutMs, signal, clock } = this.#options;
    const branch = this.#branch ?? 'main';
    const copy = await openWorkingCopy({ folder, branch, credentials, sshCommand, timeoutMs, signal, clock });
    try {
      return await work(copy);
    } finally {
      await copy.close();
    }
  }

  /** Makes the repository where there is none, and takes locks away that a killed git left. */
  async #prepare(): Promise<void> {
    const { folder, url, pushUrl } = this.#options;
    const git = `${folder}/.git`;
    if (pathExists(`${git}/config`)) {
      for (const name of namesIn(git)) if (name.endsWith('.lock')) removeEntry(`${git}/${name}`);
    } else {
      await removeTree(folder);
      ensureFolder(folder, 0o700);
      await new CheckoutProgram(folder).read(['init', '--quiet', '--initial-branch', this.#branch ?? 'main']);
    }
    const program = new CheckoutProgram(folder);
    const set = (name: string, value: string): Promise<string> =>
      program.read(['config', `remote.origin.${name}`, value]);
    await set('url', remoteAddress(url).url);
    await set('pushurl', remoteAddress(pushUrl ?? url).url);
    await set('fetch', '+refs/heads/*:refs/remotes/origin/*');
  }
}
