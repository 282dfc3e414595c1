import type { WantedRun } from './upkeep-run.ts';

/** What is wanted first goes first: people wait, and the regular run needs the tag of the one for pushes. */
const order: Readonly<Record<WantedRun['kind'], number>> = { 'on-commit': 0, 'on-schedule': 1, trigger: 2 };

const rank = ({ by, kind }: WantedRun): number => (by === 'hand' ? 0 : 10) + order[kind];

/** Runs of one source that wait for their turn, each once. */
export class RunLine {
  readonly #waiting: WantedRun[] = [];

  /** Puts a run in the line, unless it is there; returns how many are before it. */
  put(wanted: WantedRun): number {
    const isSame = (one: WantedRun): boolean =>
      one.kind === wanted.kind &&
      one.trigger === wanted.trigger &&
      String(one.packages) === String(wanted.packages);
    // somebody who asks for what has its time anyway need not wait behind others
    const at = this.#waiting.findIndex((one) => isSame(one) && rank(one) <= rank(wanted));
    if (at !== -1) return at;
    const rest = this.#waiting.filter((one) => !isSame(one));
    const behind = rest.findIndex((one) => rank(one) > rank(wanted));
    const place = behind === -1 ? rest.length : behind;
    this.#waiting.splice(0, this.#waiting.length, ...rest.slice(0, place), wanted, ...rest.slice(place));
    return place;
  }

  /** Takes the first one out. */
  take(): WantedRun | undefined {
    return this.#waiting.shift();
  }
}
