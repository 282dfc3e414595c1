import { fault } from '../diagnostics/index.ts';
import {
  ensureFolder,
  moveFolder,
  namesIn,
  type ProcessResult,
  removeEntry,
  removeTree,
  replaceFile,
  textIfThere,
} from '../host/index.ts';
import { type CallLimits, type GitProgram, remoteName } from './git-program.ts';
import type { RemoteAddress } from './remote-address.ts';
import { isDamage, isNotOffered, layingTrouble, remoteTrouble } from './remote-trouble.ts';

/** A folder at the top of a commit; two with the same tree hold the same. */
export interface CommittedFolder {
  readonly name: string;
  /** Id of its tree. */
  readonly tree: string;
}

/** A branch as the server has it. */
interface Tip {
  readonly branch: string;
  readonly commit: string;
}

/** Where the newest commit of the branch is noted; a name that no branch of the server can have. */
const newestRef = 'refs/packmill/newest';

/** Files come out as they were committed: no attribute of a repository changes, leaves out or filters anything. */
const attributes = '* -text !eol -crlf -ident -filter !working-tree-encoding !export-ignore !export-subst\n';

/**
 * The bare copy of one branch of a repository with its whole history, and of single commits that were asked
 * for. Calls that change it must not overlap; whoever uses it sees to that.
 */
export class Mirror {
  readonly folder: string;
  readonly #git: GitProgram;
  readonly #remote: RemoteAddress;
  readonly #branch: string | undefined;
  /** The server has no branch `main`, so that the one to follow has to be asked for. */
  #lacksMain = false;

  constructor(folder: string, git: GitProgram, remote: RemoteAddress, branch: string | undefined) {
    this.folder = folder;
    this.#git = git;
    this.#remote = remote;
    this.#branch = branch;
  }

  /** Runs git in the mirror. */
  run(
    args: readonly string[],
    options: CallLimits & { cwd?: string; env?: Readonly<Record<string, string>> } = {},
  ): Promise<ProcessResult> {
    return this.#git.run([`--git-dir=${this.folder}`, ...args], options);
  }

  /** Brings the branch up to date; returns its newest commit. Throws GIT001, GIT003, GIT004, GIT005. */
  async fetchBranch(limits: CallLimits): Promise<string> {
    const tip = await this.#ask(limits);
    if (!this.#isUsable(tip.commit)) return await this.#begin(tip, limits);
    this.#sweep();
    if ((await this.newest()) === tip.commit && (await this.holds(tip.commit))) return tip.commit;
    const result = await this.run(fetching(specOf(tip)), limits);
    if (isDamage(result)) return await this.#begin(tip, limits);
    if (result.code !== 0) throw remoteTrouble(this.#remote.shown, result);
    await this.tidy(limits);
    return (await this.newest()) ?? tip.commit;
  }

  /**
   * The same where a commit is known to be missing, in one talk with the server instead of two when the branch to
   * follow is where it always was. `missing` is that commit's whole id. Somebody waits for it: packs are gathered later,
   * by `tidy`.
   */
  async fetchMissing(missing: string, limits: CallLimits): Promise<string> {
    if (this.#lacksMain || !this.#isUsable(missing)) return await this.fetchBranch(limits);
    this.#sweep();
    const branch = this.#branch ?? 'main';
    const result = await this.run(fetching(specOf({ branch })), limits);
    if (isNotOffered(result)) this.#lacksMain = this.#branch === undefined;
    else if (result.code !== 0 && !isDamage(result)) throw remoteTrouble(this.#remote.shown, result);
    if (result.code !== 0) return await this.fetchBranch(limits);
    return (await this.newest()) ?? (await this.fetchBranch(limits));
  }

  /** Each fetch adds a pack; when there are many, git itself decides whether they are too many. */
  async tidy(limits: CallLimits): Promise<void> {
    const packs = namesIn(`${this.folder}/objects/pack`).filter((name) => name.endsWith('.pack'));
    if (packs.length > 50) await this.run(['gc', '--auto', '--quiet'], limits);
  }

  /** Fetches one commit by its whole id; false when the server has it no more or does not give it away. */
  async fetchCommit(commit: string, limits: CallLimits): Promise<boolean> {
    this.#sweep();
    const result = await this.run(fetching(`+${commit}:refs/packmill/asked/${commit}`), limits);
    if (result.code === 0) return await this.holds(commit);
    if (isNotOffered(result)) return false;
    throw remoteTrouble(this.#remote.shown, result);
  }

  /** The newest commit of the branch when it was fetched last; undefined before that. */
  async newest(): Promise<string | undefined> {
    const result = await this.run(['rev-parse', '--verify', '--quiet', newestRef]);
    return result.code === 0 ? result.stdout.trim() : undefined;
  }

  /** Whether a commit with this whole id is in the mirror. */
  async holds(commit: string): Promise<boolean> {
    return (await this.run(['cat-file', '-e', `${commit}^{commit}`])).code === 0;
  }

  /**
   * The folders at the top of a commit, by name, without those whose names begin with a dot; undefined when the
   * mirror cannot read it.
   */
  async foldersOf(commit: string): Promise<readonly CommittedFolder[] | undefined> {
    const result = await this.run(['ls-tree', '-d', '-z', commit]);
    if (result.code !== 0) return undefined;
    const found = new Map<string, CommittedFolder>();
    for (const line of result.stdout.split('\0')) {
      const [, tree = '', name = ''] = /^040000 tree ([0-9a-f]{40,64})\t(.+)$/s.exec(line) ?? [];
      // a name that is not UTF-8 cannot be said, and no package has one
      if (tree !== '' && !name.startsWith('.') && !name.includes('\ufffd')) found.set(name, { name, tree });
    }
    return [...found.values()];
  }

  /** The id of the tree of a commit; undefined when the mirror cannot read it. */
  async treeOf(commit: string): Promise<string | undefined> {
    const result = await this.run(['rev-parse', '--verify', '--quiet', `${commit}^{tree}`]);
    return result.code === 0 ? result.stdout.trim() : undefined;
  }

  /** Whether every tree and file of a commit that the mirror holds is there too. */
  async isWhole(commit: string): Promise<boolean> {
    const result = await this.run(['rev-list', '--objects', '--no-walk', '--quiet', commit]);
    return result.code === 0;
  }

  /** Whole ids of all commits in the mirror that begin with these digits. */
  async beginningWith(digits: string): Promise<readonly string[]> {
    const found = await this.run(['rev-parse', `--disambiguate=${digits}`]);
    const ids = found.stdout.split('\n').filter(Boolean);
    const commits: string[] = [];
    for (const id of ids) if (await this.holds(id)) commits.push(id);
    return commits;
  }

  /** Says that something is missing in the mirror: the next fetch makes a new one. */
  distrust(): void {
    removeEntry(`${this.folder}/${markerName}`);
  }

  /** What the server says of the branch, or of `main`, or else of its default branch. */
  async #ask(limits: CallLimits): Promise<Tip> {
    const wanted = this.#branch ?? 'main';
    const args = ['ls-remote', '--symref', '--quiet', remoteName, 'HEAD', `refs/heads/${wanted}`];
    const result = await this.#git.run(args, { ...limits, cwd: '/' });
    if (result.code !== 0) throw remoteTrouble(this.#remote.shown, result);
    const commits = new Map<string, string>();
    let defaultRef: string | undefined;
    for (const line of result.stdout.split('\n')) {
      const [left = '', name = ''] = line.split('\t');
      if (left.startsWith('ref: ') && name === 'HEAD') defaultRef = left.slice('ref: '.length);
      else if (/^[0-9a-f]{40,64}$/.test(left)) commits.set(name, left);
    }
    const commit = commits.get(`refs/heads/${wanted}`);
    if (commit) return { branch: wanted, commit };
    const head = commits.get('HEAD');
    if (this.#branch === undefined && head && defaultRef?.startsWith('refs/heads/')) {
      return { branch: defaultRef.slice('refs/heads/'.length), commit: head };
    }
    throw fault('GIT005', {
      what:
        this.#branch === undefined
          ? `'${this.#remote.shown}' has no commits on a branch 'main' or on a default branch`
          : `'${this.#remote.shown}' has no branch '${this.#branch}'`,
    });
  }

  #isUsable(sampleId: string): boolean {
    return textIfThere(`${this.folder}/${markerName}`) === this.#marker(sampleId);
  }

  #marker(sampleId: string): string {
    return `${formatOf(sampleId)} ${this.#remote.url}\n`;
  }

  /** A new mirror, made aside: a process that is killed meanwhile leaves the old one, or none. */
  async #begin(tip: Tip, limits: CallLimits): Promise<string> {
    const making = `${this.folder}.making`;
    await removeTree(making);
    ensureFolder(making, 0o700);
    const format = `--object-format=${formatOf(tip.commit)}`;
    const made = await this.#git.run(['init', '--quiet', '--bare', '--template=', format, making]);
    if (made.code !== 0) throw layingTrouble(`'${making}' cannot be made`, made.stderr, making);
    ensureFolder(`${making}/info`);
    replaceFile(`${making}/info/attributes`, attributes);
    const result = await this.#git.run([`--git-dir=${making}`, ...fetching(specOf(tip))], limits);
    if (result.code !== 0) {
      await removeTree(making);
      throw remoteTrouble(this.#remote.shown, result);
    }
    replaceFile(`${making}/${markerName}`, this.#marker(tip.commit), 0o600);
    this.distrust();
    await removeTree(this.folder);
    await moveFolder(making, this.folder);
    return (await this.newest()) ?? tip.commit;
  }

  /** Removes locks and half-written packs of processes that were killed; nobody else is at work here. */
  #sweep(): void {
    for (const name of ['', '/refs/packmill', '/refs/packmill/asked', '/objects/info', '/objects/pack']) {
      const folder = `${this.folder}${name}`;
      for (const entry of namesIn(folder)) {
        if (entry.endsWith('.lock') || entry.startsWith('tmp_') || entry === 'gc.pid') {
          removeEntry(`${folder}/${entry}`);
        }
      }
    }
  }
}

/** The last file of a new mirror: says of what it is one, and that it is complete. */
const markerName = 'packmill-mirror';

const formatOf = (id: string): string => (id.length > 40 ? 'sha256' : 'sha1');

const specOf = (tip: Pick<Tip, 'branch'>): string => `+refs/heads/${tip.branch}:${newestRef}`;

const fetching = (spec: string): readonly string[] => [
  ...['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-gc', '--no-recurse-submodules'],
  ...['--refmap=', remoteName, spec],
];
