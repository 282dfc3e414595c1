import { FailureScan, type FoundPhase } from '../../failures/index.ts';
import { readRange } from '../../logs/index.ts';
import type { LogRevision } from '../service/log-revision.ts';

interface Scanned {
  readonly scan: FailureScan;
  offset: number;
  /** The reading that is under way. */
  reading: Promise<void> | undefined;
}

/** As many logs as people look at at one time. */
const mostKept = 32;

/** Phases of logs, found by reading each log once and then only what it grew by. */
export class LogPhaseIndex {
  readonly #scanned = new Map<string, Scanned>();

  /** The phases that a log has now. Throws SYS004. */
  async of(revision: LogRevision): Promise<readonly FoundPhase[]> {
    const key = `${revision.job} ${revision.timestamp}`;
    const known = this.#scanned.get(key) ?? { scan: new FailureScan(), offset: 0, reading: undefined };
    // the newest at the end
    this.#scanned.delete(key);
    this.#scanned.set(key, known);
    for (const oldest of this.#scanned.keys()) {
      if (this.#scanned.size <= mostKept) break;
      this.#scanned.delete(oldest);
    }
    known.reading ??= this.#read(known, revision).finally(() => {
      known.reading = undefined;
    });
    await known.reading;
    return known.scan.phases;
  }

  async #read(known: Scanned, revision: LogRevision): Promise<void> {
    for await (const { offset, bytes } of readRange(revision, known.offset)) {
      known.scan.push(bytes);
      known.offset = offset + bytes.byteLength;
    }
  }
}
