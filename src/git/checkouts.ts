import {
  type Clock,
  ensureFolder,
  entryFacts,
  moveFolder,
  namesIn,
  removeEntry,
  removeTree,
  renameEntry,
  replaceFile,
  setModifiedTime,
  systemRandom,
  textIfThere,
} from '../host/index.ts';
import type { Mirror } from './mirror.ts';
import { layingTrouble } from './remote-trouble.ts';

const wholeId = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** Folders with all files of single commits, each named by its commit: complete, or not there. */
export class Checkouts {
  readonly #folder: string;
  readonly #mirror: Mirror;
  readonly #clock: Clock;
  readonly #inWork = new Map<string, Promise<string>>();

  private constructor(folder: string, mirror: Mirror, clock: Clock) {
    this.#folder = folder;
    this.#mirror = mirror;
    this.#clock = clock;
  }

  /** Removes what an earlier process left unfinished. */
  static async open(folder: string, mirror: Mirror, clock: Clock): Promise<Checkouts> {
    ensureFolder(folder);
    // Nothing makes ten thousand small files durable at a bearable price; after a crash of the machine they are
    // written once more instead.
    const boot = textIfThere('/proc/sys/kernel/random/boot_id') ?? '';
    const sameBoot = textIfThere(`${folder}/.boot`) === boot;
    for (const name of namesIn(folder)) {
      if (name !== '.boot' && !(sameBoot && wholeId.test(name))) await removeTree(`${folder}/${name}`);
    }
    if (!sameBoot) replaceFile(`${folder}/.boot`, boot);
    return new Checkouts(folder, mirror, clock);
  }

  /** The folder of a commit; made when it is not there. Callers at the same time share the work. */
  get(commit: string): Promise<string> {
    const underWay = this.#inWork.get(commit);
    if (underWay) return underWay;
    const work = this.#make(commit).finally(() => this.#inWork.delete(commit));
    this.#inWork.set(commit, work);
    return work;
  }

  /** Keeps the `keep` folders that were asked for last, and those in use; returns the commits of the others. */
  async prune(keep: number, inUse: ReadonlySet<string>): Promise<readonly string[]> {
    const byAge = namesIn(this.#folder)
      .filter((name) => wholeId.test(name))
      .map((commit) => ({ commit, usedMs: entryFacts(`${this.#folder}/${commit}`)?.modifiedMs ?? 0 }))
      .sort((a, b) => b.usedMs - a.usedMs || (a.commit < b.commit ? -1 : 1));
    const removed: string[] = [];
    for (const { commit } of byAge.slice(Math.max(0, keep))) {
      if (inUse.has(commit) || this.#inWork.has(commit)) continue;
      const gone = `${this.#folder}/.gone-${commit}-${systemRandom.hex(4)}`;
      renameEntry(`${this.#folder}/${commit}`, gone);
      await removeTree(gone);
      removed.push(commit);
    }
    return removed;
  }

  async #make(commit: string): Promise<string> {
    const path = `${this.#folder}/${commit}`;
    if (entryFacts(path)?.kind !== 'folder') {
      const making = `${this.#folder}/.making-${commit}-${systemRandom.hex(4)}`;
      ensureFolder(making);
      try {
        await this.#fill(commit, making);
        await moveFolder(making, path);
      } finally {
        removeEntry(`${making}.index`);
        await removeTree(making);
      }
    }
    setModifiedTime(path, this.#clock.nowMs());
    return path;
  }

  /** An index of its own lets several checkouts go on at once, and leaves submodules as empty folders. */
  async #fill(commit: string, folder: string): Promise<void> {
    const options = { cwd: folder, env: { GIT_INDEX_FILE: `${folder}.index` } };
    for (const args of [
      ['read-tree', commit],
      [`--work-tree=${folder}`, 'checkout-index', '--all', '--quiet'],
    ]) {
      const result = await this.#mirror.run(args, options);
      if (result.code === 0) continue;
      if (!(await this.#mirror.isWhole(commit))) this.#mirror.distrust();
      throw layingTrouble(`the files of commit '${commit}' cannot be laid out`, result.stderr, folder);
    }
  }
}
