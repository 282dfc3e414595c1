import { fault, isFault } from '../diagnostics/index.ts';
import { serverOf } from '../git/index.ts';

/** Clones from one host that failed in a row, before the host is left alone for the rest of the run. */
const patience = 3;

interface Lane {
  running: number;
  readonly waiting: (() => void)[];
  failures: number;
}

/** Turns of clones: so many at once from each host, and none from a host that is in trouble. */
export class ClonePace {
  readonly #atOnce: number;
  readonly #lanes = new Map<string, Lane>();

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /**
   * Does the work when it is the turn of its host. Throws CIS017 (a warning: the package is not to blame) for a host that
   * did not answer several times in a row.
   */
  async turn<Result>(url: string, work: () => Promise<Result>): Promise<Result> {
    const host = serverOf(url);
    const lane = this.#lanes.get(host) ?? { running: 0, waiting: [], failures: 0 };
    this.#lanes.set(host, lane);
    if (lane.running >= this.#atOnce) await new Promise<void>((resolve) => lane.waiting.push(resolve));
    lane.running += 1;
    try {
      if (lane.failures >= patience) {
        throw fault('CIS017', { what: `'${host}' is left alone: ${patience} clones in a row failed` });
      }
      const result = await work();
      lane.failures = 0;
      return result;
    } catch (error) {
      // what is not there, or too large, says nothing of the host
      if (isFault(error, 'GIT001')) lane.failures += 1;
      else if (!isFault(error, 'CIS017')) lane.failures = 0;
      throw error;
    } finally {
      lane.running -= 1;
      lane.waiting.shift()?.();
    }
  }
}
