import {
  type Clock,
  ensureFolder,
  entryFacts,
  namesIn,
  nextTurn,
  removeEmptyFolder,
  removeEntry,
  removeTree,
  renameEntry,
  replaceFile,
  setModifiedTime,
  systemRandom,
  textIfThere,
} from '../host/index.ts';
import { Slots } from '../primitives/index.ts';
import type { CommittedFolder, Mirror } from './mirror.ts';
import { isObjectId } from './object-id.ts';
import { layingTrouble } from './remote-trouble.ts';

/** Up to so many folders are laid out by a git process each; more by one for the whole commit. */
const mostAlone = 8;

/**
 * Folders with the files of committed ones, `TREE/NAME` each: complete, or not there. Commits share what they have in
 * common, so that one more commit costs no more than what it changed.
 */
export class LaidOutFolders {
  readonly #root: string;
  readonly #mirror: Mirror;
  readonly #clock: Clock;
  /** The end of the line of those who lay out or remove. */
  readonly #line = new Slots(1);

  private constructor(root: string, mirror: Mirror, clock: Clock) {
    this.#root = root;
    this.#mirror = mirror;
    this.#clock = clock;
  }

  /** Removes what an earlier process left unfinished. */
  static async open(root: string, mirror: Mirror, clock: Clock): Promise<LaidOutFolders> {
    ensureFolder(root);
    // Nothing makes ten thousand small files durable at a bearable price; after a crash of the machine they are
    // written once more instead.
    const boot = textIfThere('/proc/sys/kernel/random/boot_id') ?? '';
    const sameBoot = textIfThere(`${root}/.boot`) === boot;
    for (const name of namesIn(root)) {
      if (name !== '.boot' && !(sameBoot && isObjectId(name))) await removeTree(`${root}/${name}`);
    }
    if (!sameBoot) replaceFile(`${root}/.boot`, boot);
    return new LaidOutFolders(root, mirror, clock);
  }

  /** Paths of some folders of a commit, in their order; what is not there yet is made. */
  get(commit: string, folders: readonly CommittedFolder[]): Promise<readonly string[]> {
    return this.#line.run(async () => {
      const missing = folders.filter((folder) => !this.#has(folder));
      if (missing.length > 0) await this.#make(commit, missing);
      const nowMs = this.#clock.nowMs();
      // how old a folder is says when it was used last
      for (const folder of folders) setModifiedTime(this.#path(folder), nowMs);
      return folders.map((folder) => this.#path(folder));
    });
  }

  /** Removes folders that were used last before a moment (ms since the epoch), but not these; returns their paths. */
  prune(
    usedBeforeMs: number,
    but: { readonly paths: ReadonlySet<string>; readonly folders: readonly CommittedFolder[] },
  ): Promise<readonly string[]> {
    return this.#line.run(async () => {
      const removed: string[] = [];
      const kept = new Set([...but.paths, ...but.folders.map((folder) => this.#path(folder))]);
      for (const tree of namesIn(this.#root).filter(isObjectId)) {
        for (const name of namesIn(`${this.#root}/${tree}`)) {
          const path = this.#path({ tree, name });
          if (kept.has(path) || (entryFacts(path)?.modifiedMs ?? 0) >= usedBeforeMs) continue;
          const gone = `${this.#root}/.gone-${tree}-${systemRandom.hex(4)}`;
          renameEntry(path, gone);
          await removeTree(gone);
          removed.push(path);
        }
        removeEmptyFolder(`${this.#root}/${tree}`);
        await nextTurn();
      }
      return removed;
    });
  }

  #has(folder: CommittedFolder): boolean {
    return entryFacts(this.#path(folder))?.kind === 'folder';
  }

  #path({ tree, name }: CommittedFolder): string {
    return `${this.#root}/${tree}/${name}`;
  }

  async #make(commit: string, folders: readonly CommittedFolder[]): Promise<void> {
    const making = `${this.#root}/.making-${commit}-${systemRandom.hex(4)}`;
    const isWhole = folders.length > mostAlone;
    ensureFolder(making);
    try {
      await this.#fill(
        making,
        commit,
        isWhole
          ? [
              ['read-tree', commit],
              ['checkout-index', '--all', '--quiet'],
            ]
          : folders.map(({ name, tree }) => ['read-tree', '-u', `--prefix=${tree}/${name}/`, tree]),
      );
      for (const [at, folder] of folders.entries()) {
        const { name, tree } = folder;
        ensureFolder(`${this.#root}/${tree}`);
        const made = isWhole ? `${making}/${name}` : `${making}/${tree}/${name}`;
        const kind = entryFacts(made)?.kind;
        // git makes no folder for a tree without entries
        if (kind === undefined) ensureFolder(made);
        else if (kind !== 'folder') throw layingTrouble(refusal(commit), `'${name}' is a ${kind}`, making);
        renameEntry(made, this.#path(folder));
        if (at % 64 === 63) await nextTurn();
      }
    } finally {
      removeEntry(`${making}.index`);
      await removeTree(making);
    }
  }

  /** An index of its own keeps others out of it, and leaves submodules as empty folders. */
  async #fill(folder: string, commit: string, calls: readonly (readonly string[])[]): Promise<void> {
    const options = { cwd: folder, env: { GIT_INDEX_FILE: `${folder}.index` } };
    for (const args of calls) {
      const result = await this.#mirror.run([`--work-tree=${folder}`, ...args], options);
      if (result.code === 0) continue;
      if (!(await this.#mirror.isWhole(commit))) this.#mirror.distrust();
      throw layingTrouble(refusal(commit), result.stderr, folder);
    }
  }
}

const refusal = (commit: string): string => `the files of commit '${commit}' cannot be laid out`;
