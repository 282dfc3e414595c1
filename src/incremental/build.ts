import { ProblemError } from '../diagnostics/index.ts';
import { bytesIfThere, ensureFolder, removeEntry, removeTree, replaceFile } from '../host/index.ts';
import { Journal, replayJournal } from './journal.ts';
import { takeLock } from './lock.ts';
import type { Reason } from './reasons.ts';
import { openRecord, type Record, writeSnapshot } from './record.ts';
import type { Memory } from './remember.ts';
import type { BuildOptions, BuildReport, IncrementalInput } from './report.ts';
import { Rules } from './rules.ts';
import { Run } from './run.ts';
import { encodeUnchanged } from './unchanged/index.ts';

/** Files that are made from files. */
export class IncrementalBuild {
  readonly #in: IncrementalInput;
  readonly #rules: Rules;
  #record: Record | undefined;
  #last: Run | undefined;

  /** Throws INC003 when two targets have one name or one output. */
  constructor(input: IncrementalInput) {
    this.#in = input;
    this.#rules = new Rules(input.targets);
  }

  /**
   * Makes what is out of date, and what a kill left unfinished. Failures of targets are in the report. Throws INC001 for a
   * circle, INC005 for a name that no target has, INC008 while another process builds here, SYS001, SYS004.
   */
  async build(options: BuildOptions = {}): Promise<BuildReport> {
    const { state, mode = 'content' } = this.#in;
    ensureFolder(state);
    const release = await takeLock(`${state}/lock`);
    const journal = new Journal(`${state}/journal`);
    try {
      // what a killed build left half made; nothing is there otherwise
      await removeTree(`${state}/making`);
      removeEntry(this.#memory);
      const record = this.#open();
      const run = new Run({ ...this.#in, mode, rules: this.#rules, record, journal, options });
      this.#last = run;
      try {
        return await run.all();
      } finally {
        journal.close();
        if (mode === 'content' && options.dryRun !== true && run.isRecordChanged) this.#save(record);
        else if (options.dryRun === true) this.#record = undefined;
      }
    } finally {
      release();
    }
  }

  /**
   * Writes down what the last build saw, when it had nothing to do: `recallUnchanged` then answers the same order without this
   * object. The next build takes it away again. False when there was something to do, or when a file changed meanwhile. Throws
   * SYS004.
   */
  remember(memory: Memory): boolean {
    const seen = this.#last?.seen(memory);
    if (seen === undefined) return false;
    replaceFile(this.#memory, encodeUnchanged(seen));
    return true;
  }

  get #memory(): string {
    return `${this.#in.state}/unchanged`;
  }

  /** Why a target would be made; empty when it is up to date. Throws as `build` does. */
  async explain(target: string): Promise<readonly Reason[]> {
    const name = this.#rules.targets[this.#rules.targetNumber(target)]?.name;
    const { would, failed } = await this.build({ goals: [target], dryRun: true, keepGoing: true });
    const mine = failed.find((failure) => failure.target === name);
    if (mine !== undefined) throw new ProblemError(mine.problem);
    return would.find((one) => one.target === name)?.reasons ?? [];
  }

  #open(): Record {
    if (this.#record !== undefined) return this.#record;
    const { state } = this.#in;
    const record = openRecord(this.#rules, bytesIfThere(`${state}/record`));
    replayJournal(`${state}/journal`, this.#rules, record);
    this.#record = record;
    return record;
  }

  #save(record: Record): void {
    const { state } = this.#in;
    writeSnapshot(`${state}/record`, this.#rules, record);
    removeEntry(`${state}/journal`);
    // opened anew, as one of these very rules
    this.#record = undefined;
  }
}
