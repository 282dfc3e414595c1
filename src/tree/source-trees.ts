import { fault } from '../diagnostics/index.ts';
import { ensureOwnedCheckout, layOutCommit, openWorkingCopy, type WorkingCopy } from '../git/index.ts';
import { type Clock, type FileTree, pathKind, type TreeFile } from '../host/index.ts';
import { committedFiles } from './committed-files.ts';
import type { RegenOptions } from './contract.ts';

/** Where a source is, and which of its commits is taken: the pinned one, else the newest of a branch. */
export interface SourceWish {
  /** Name of its folder. */
  readonly name: string;
  /** Undefined: what the copy here says. */
  readonly url: string | undefined;
  /** Default `master`. */
  readonly branch?: string | undefined;
  readonly sha1?: string | undefined;
}

/** One commit of a repository that kits are made from. */
export class Source {
  readonly name: string;
  readonly commit: string;
  /** Its checkout, which `layOut` fills. */
  readonly folder: string;
  readonly #copy: WorkingCopy;

  constructor(name: string, commit: string, copy: WorkingCopy) {
    this.name = name;
    this.commit = commit;
    this.folder = copy.folder;
    this.#copy = copy;
  }

  /** Files below a folder by their whole paths; none when there is no such folder. */
  async files(folder: string): Promise<FileTree> {
    return await committedFiles(this.#copy, this.commit, folder);
  }

  /** One file; undefined when it is not there. */
  async file(path: string): Promise<TreeFile | undefined> {
    const bytes = (await this.#copy.readFiles(this.commit, [path])).get(path);
    return bytes && { bytes, mode: '100644' };
  }

  async text(path: string): Promise<string | undefined> {
    const file = await this.file(path);
    return file && Buffer.from(file.bytes).toString('utf8');
  }

  /** Makes the files of its checkout those of the commit, whatever was left there. */
  async layOut(): Promise<void> {
    await layOutCommit({ folder: this.folder, commit: this.commit });
  }
}

/** Copies of the repositories that kits are made from, below `source-trees`: each is fetched once in a run, when it is needed. */
export class SourceTrees {
  readonly #options: Pick<RegenOptions, 'onOriginMismatch' | 'signal'> & { readonly clock: Clock };
  readonly #folder: string;
  readonly #copies = new Map<string, Promise<WorkingCopy>>();
  readonly #sources = new Map<string, Promise<Source>>();

  constructor(folder: string, options: Pick<RegenOptions, 'onOriginMismatch' | 'signal' | 'clock'>) {
    this.#folder = folder;
    this.#options = options;
  }

  /** Throws TRE001, TRE002, TRE012, GIT015 and problems of git's servers. Never asks anything (specification 7.8). */
  open(wish: SourceWish): Promise<Source> {
    const key = JSON.stringify([wish.name, wish.branch, wish.sha1]);
    const opened = this.#sources.get(key) ?? this.#open(wish);
    this.#sources.set(key, opened);
    return opened;
  }

  async close(): Promise<void> {
    for (const copy of this.#copies.values()) await (await copy).close();
  }

  async #open(wish: SourceWish): Promise<Source> {
    const { name, sha1, branch = 'master' } = wish;
    const waiting = this.#copies.get(name) ?? this.#copy(wish);
    this.#copies.set(name, waiting);
    const copy = await waiting;
    const commit = sha1 === undefined ? await newest(copy, branch) : await pinned(copy, sha1);
    return new Source(name, commit, copy);
  }

  async #copy({ name, url }: SourceWish): Promise<WorkingCopy> {
    const { clock, signal, onOriginMismatch: onMismatch } = this.#options;
    const folder = `${this.#folder}/${name}`;
    if (url === undefined && pathKind(`${folder}/.git`) === 'none')
      throw fault('TRE001', {
        what: `there is no '${name}' in '${this.#folder}', and nobody said where it is`,
      });
    await ensureOwnedCheckout({ folder, url, onMismatch });
    return await openWorkingCopy({ folder, clock, signal });
  }
}

/** Fetches a branch, which must have grown only. */
async function newest(copy: WorkingCopy, branch: string): Promise<string> {
  const ref = `refs/remotes/origin/${branch}`;
  const before = (await copy.resolve([ref])).get(ref);
  await copy.fetch([`refs/heads/${branch}`]);
  const after = (await copy.resolve([ref])).get(ref);
  if (after === undefined)
    throw fault('GIT005', { what: `the repository of '${copy.folder}' has no branch '${branch}'` });
  if (before === undefined || (await copy.isAncestor(before, after))) return after;
  // the next run shall see it, too
  await copy.setRef(ref, before);
  throw fault('TRE002', { what: `branch '${branch}' of the source '${copy.folder}' has lost '${before}'` });
}

async function pinned(copy: WorkingCopy, sha1: string): Promise<string> {
  const known = (await copy.resolve([sha1])).get(sha1);
  if (known !== undefined) return known;
  await copy.fetch(['refs/heads/*', 'refs/tags/*']);
  const found = (await copy.resolve([sha1])).get(sha1);
  if (found !== undefined) return found;
  throw fault('TRE012', { what: `'${copy.folder}' has no commit '${sha1}'` });
}
