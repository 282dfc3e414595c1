import { fault } from '../diagnostics/index.ts';
import { type Clock, pathKind } from '../host/index.ts';
import { CheckoutProgram } from './checkout-program.ts';
import { basesOf, commitStream } from './commit-stream.ts';
import { fetchRefs } from './fetch-refs.ts';
import { History } from './history.ts';
import { ObjectReader } from './object-reader.ts';
import type { RemoteLink } from './remote-link.ts';
import { lastWords } from './remote-trouble.ts';
import type { CommitObject } from './tree-object.ts';
import type {
  Author,
  CommitFacts,
  FileKind,
  NewCommit,
  RefMove,
  TreeChange,
  TreeEntry,
  WorkingCopy,
} from './working-copy.ts';

export interface LocalCopyParts {
  readonly folder: string;
  readonly branch: string;
  readonly remote: string;
  readonly link: RemoteLink;
  readonly clock: Clock;
}

/** How many commits more each look at the server of a shallow clone asks for, before all are fetched. */
const deepenings: readonly number[] = [100, 400, 1_500];

/** A checkout on this machine; see `WorkingCopy`. */
export class LocalCopy implements WorkingCopy {
  readonly folder: string;
  readonly branch: string;
  readonly remote: string;
  readonly #git: CheckoutProgram;
  readonly #objects: ObjectReader;
  readonly #history: History;
  readonly #link: RemoteLink;
  readonly #clock: Clock;

  constructor(parts: LocalCopyParts) {
    this.folder = parts.folder;
    this.branch = parts.branch;
    this.remote = parts.remote;
    this.#link = parts.link;
    this.#clock = parts.clock;
    this.#git = new CheckoutProgram(parts.folder);
    this.#objects = new ObjectReader(this.#git);
    this.#history = new History(this.#objects);
  }

  async resolve(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const commits = await this.#history.find(names);
    const found = new Map<string, string>();
    for (const [index, name] of names.entries()) {
      const commit = commits[index];
      if (commit) found.set(name, commit.id);
    }
    return found;
  }

  async commitsBetween(base: string | undefined, tip: string): Promise<readonly CommitFacts[]> {
    const last = await this.#history.commit(tip);
    if (base === undefined) return [facts(last)];
    const first = await this.#history.commit(base);
    const line = await this.#history.line(last, first.id);
    if (line) return line.map(facts);
    const printed = await this.#git.read(['rev-list', last.id, `^${first.id}`]);
    const commits = await this.#history.find(printed.split('\n').filter(Boolean));
    return commits.flatMap((commit) => (commit ? [facts(commit)] : []));
  }

  async changesBetween(base: string | undefined, tip: string): Promise<readonly TreeChange[]> {
    const after = await this.#history.commit(tip);
    if (base !== undefined) return await this.#history.changes(await this.#history.commit(base), after);
    const [parent = ''] = after.parents;
    const [before] = await this.#history.find([parent]);
    return await this.#history.changes(before, after);
  }

  async isAncestor(ancestor: string, of: string): Promise<boolean> {
    const [first, last] = await this.#history.find([ancestor, of]);
    if (!first || !last) return false;
    if (await this.#history.line(last, first.id)) return true;
    const result = await this.#git.run(['merge-base', '--is-ancestor', first.id, last.id]);
    if (result.code !== 0 && result.code !== 1) throw this.#git.trouble(result);
    return result.code === 0;
  }

  async deepenTo(base: string, tip = 'HEAD'): Promise<void> {
    if (await this.isAncestor(base, tip)) return;
    const isShallow = async (): Promise<boolean> =>
      (await this.#git.read(['rev-parse', '--is-shallow-repository'])).trim() === 'true';
    if (!(await isShallow())) return;
    const refs = [`+refs/heads/${this.branch}:refs/remotes/${this.remote}/${this.branch}`];
    for (const count of deepenings) {
      await this.#link.fetch([`--deepen=${count}`], refs);
      if ((await this.isAncestor(base, tip)) || !(await isShallow())) return;
    }
    await this.#link.fetch(['--unshallow'], refs);
  }

  async isOnBranch(commit: string): Promise<boolean> {
    const [found] = await this.#history.find([commit]);
    if (!found) return false;
    const refs = `refs/remotes/${this.remote}/`;
    const printed = await this.#git.read(['for-each-ref', '--count=1', `--contains=${found.id}`, refs]);
    return printed.trim() !== '';
  }

  async fetch(refs: readonly string[], found?: ReadonlyMap<string, string>): Promise<void> {
    await fetchRefs(refs, found ?? (await this.#link.refs(refs)), {
      ...{ git: this.#git, link: this.#link, history: this.#history },
      ...{ remote: this.remote, branch: this.branch },
    });
  }

  remoteRefs(patterns: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#link.refs(patterns);
  }

  async readFolder(commit: string, folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return await this.#history.bytes(await this.entries(commit, folder));
  }

  async readFiles(commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const found = await this.#history.commit(commit);
    return await this.#history.bytes(await this.#history.at(found, paths));
  }

  async entries(commit: string, folder: string): Promise<ReadonlyMap<string, TreeEntry>> {
    return await this.#history.below(await this.#history.commit(commit), folder);
  }

  async list(commit: string, folder: string): Promise<ReadonlyMap<string, FileKind>> {
    const tree = await this.#history.folder(await this.#history.commit(commit), folder);
    return new Map([...(tree ?? [])].map(([name, { mode }]) => [name, kinds[mode]]));
  }

  async changedFiles(): Promise<readonly string[]> {
    const printed = await this.#git.read([
      ...[
        'status',
        '--porcelain=v1',
        '-z',
        '--no-renames',
        '--untracked-files=all',
        '--ignore-submodules=dirty',
      ],
    ]);
    return printed
      .split('\0')
      .filter(Boolean)
      .map((row) => row.slice(3));
  }

  async writeCommits(commits: readonly NewCommit[], author: Author): Promise<readonly string[]> {
    if (commits.length === 0) return [];
    const bases = basesOf(commits);
    const known = new Map<string, CommitObject>();
    for (const [index, commit] of (await this.#history.find(bases)).entries()) {
      const name = bases[index] ?? '';
      if (!commit) throw fault('GIT002', { what: `'${name}' denotes no commit` });
      known.set(name, commit);
    }
    const sample = [...known.values()][0]?.id ?? (await this.#history.find(['HEAD']))[0]?.id;
    const stream = commitStream(commits, {
      author,
      seconds: Math.floor(this.#clock.nowMs() / 1000),
      treeOf: (commit) => known.get(commit)?.tree ?? '',
      noId: '0'.repeat(sample?.length ?? 40),
    });
    const printed = await this.#git.read(['fast-import', '--quiet'], { input: stream });
    return printed.split('\n').filter(Boolean);
  }

  async push(moves: readonly RefMove[], options: readonly string[] = []): Promise<void> {
    if (moves.length === 0) return;
    for (const { ref, to, force, expected } of moves) {
      // A lease lets git push backwards too: whoever did not ask for that must not get it.
      if (force || to === undefined || typeof expected !== 'string') continue;
      if (await this.isAncestor(expected, to)) continue;
      throw fault('GIT007', {
        what: `'${ref}' cannot be moved forward: '${expected}' is not part of '${to}'`,
      });
    }
    await this.#link.push(moves, options);
  }

  async moveTo(commit: string): Promise<void> {
    const result = await this.#git.run(['reset', '--keep', '--quiet', commit]);
    if (result.code === 0) return;
    if (!/not uptodate|would be overwritten|Could not reset index file/i.test(result.stderr))
      throw this.#git.trouble(result);
    throw fault('GIT008', {
      what: `the checkout '${this.folder}' cannot follow to '${commit}'`,
      why: lastWords(result.stderr),
    });
  }

  async setRef(ref: string, commit: string): Promise<void> {
    await this.#git.read(['update-ref', ref, commit]);
  }

  close(): Promise<void> {
    return this.#objects.close();
  }
}

const kinds: Readonly<Record<TreeEntry['mode'], FileKind>> = {
  '100644': 'file',
  '100755': 'file',
  '120000': 'link',
  '040000': 'folder',
  '160000': 'submodule',
};

/** Without what only this room needs. */
function facts({ tree: _, ...rest }: CommitObject): CommitFacts {
  return rest;
}

/** Whether a folder is the top of a checkout: `.git` is a folder, or the file of a linked worktree. */
export const isTop = (folder: string): boolean => pathKind(`${folder}/.git`) !== 'none';
