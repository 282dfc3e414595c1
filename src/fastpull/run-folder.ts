import {
  type Clock,
  ensureFolder,
  entryFacts,
  machine,
  namesIn,
  ownIdentity,
  processState,
  type Random,
  removeTree,
} from '../host/index.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** The temporary folder of one run: nothing in it is shared with another run, or by two users within this one. */
export class RunFolder {
  readonly #path: string;
  #count = 0;

  /** Makes the folder, and begins to remove those of runs that ended a day ago without doing it themselves. */
  constructor(root: string, clock: Clock, random: Random) {
    ensureFolder(root);
    const { realm } = ownIdentity();
    for (const name of namesIn(root)) {
      const pid = /^run-(\d+)-[0-9a-f]+$/.exec(name)?.[1];
      if (pid === undefined) continue;
      const facts = entryFacts(`${root}/${name}`);
      const isOld = facts !== undefined && clock.nowMs() - facts.modifiedMs > dayMs;
      const isGone = processState({ pid: Number(pid), realm, began: undefined }) === 'gone';
      // another run may be at it as well, and what stays is for the next one
      if (isOld && isGone) removeTree(`${root}/${name}`).catch(() => {});
    }
    this.#path = `${root}/run-${machine.processId()}-${random.hex(6)}`;
  }

  /** A folder that all of this run share. */
  folder(purpose: string): string {
    const path = `${this.#path}/${purpose}`;
    ensureFolder(path);
    return path;
  }

  /** A folder for one caller alone. */
  own(purpose: string): string {
    this.#count += 1;
    return this.folder(`${purpose}/${this.#count}`);
  }

  async remove(): Promise<void> {
    await removeTree(this.#path);
  }
}
