import { isFault, messageOf, type Problem, ProblemError, problem } from '../diagnostics/index.ts';
import { bytesIfThere, type Clock, ensureFolder, removeEntry, removeTree } from '../host/index.ts';
import { Journal, replayJournal } from './journal.ts';
import { takeLock } from './lock.ts';
import type { Reason } from './reasons.ts';
import { openRecord, type Record, writeSnapshot } from './record.ts';
import { Rules } from './rules.ts';
import { Run } from './run.ts';
import type { Target } from './target.ts';

export interface BuildOptions {
  /** Names or outputs of the targets that are wanted; default all. */
  readonly goals?: readonly string[];
  /** How many targets are made at one time, default 1. */
  readonly jobs?: number;
  /** Goes on after a failure with everything that does not need what failed. */
  readonly keepGoing?: boolean;
  /** Makes nothing and tells what would be made; what would be made is taken to change. */
  readonly dryRun?: boolean;
  /** Looks at these targets alone, and takes what they need as it is. */
  readonly only?: readonly string[];
  /** Targets that are left as they are. */
  readonly skip?: readonly string[];
  /** Targets that are made even when they are up to date. */
  readonly force?: readonly string[];
  /**
   * Paths that may have changed since the last build, when somebody watches: no other file is looked at. Default: all are.
   */
  readonly touched?: readonly string[];
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: BuildEvent) => void;
}

export type BuildEvent =
  | { readonly kind: 'begun'; readonly target: string; readonly reasons: readonly Reason[] }
  | { readonly kind: 'made'; readonly target: string; readonly durationMs: number; readonly changed: boolean }
  | { readonly kind: 'failed'; readonly failure: BuildFailure }
  | { readonly kind: 'pinned'; readonly target: string }
  | { readonly kind: 'blocked'; readonly target: string; readonly by: string };

/** A target that could not be made. */
export interface BuildFailure {
  readonly target: string;
  readonly problem: Problem;
  readonly durationMs: number;
  /** The last lines of its log. */
  readonly tail: readonly string[];
}

export interface BuildReport {
  /** Names of targets that were made, in the order in which they were ready. */
  readonly made: readonly string[];
  /** Of a dry run: what would be made, and why. */
  readonly would: readonly { readonly target: string; readonly reasons: readonly Reason[] }[];
  readonly pinned: readonly string[];
  readonly failed: readonly BuildFailure[];
  /** What was not made because of a failure. */
  readonly blocked: readonly { readonly target: string; readonly by: string }[];
  readonly current: number;
  /** `stopped`: after a failure, without `keepGoing`. */
  readonly end: 'complete' | 'stopped' | 'canceled';
}

export interface IncrementalInput {
  /** Paths of targets are relative to it. */
  readonly root: string;
  /** Folder for what is recorded, on the file system of the outputs. */
  readonly state: string;
  readonly targets: readonly Target[];
  /** `time` compares times of change, as make does, and records nothing. */
  readonly mode?: 'content' | 'time';
  readonly clock: Clock;
}

/** Files that are made from files. */
export class IncrementalBuild {
  readonly #in: IncrementalInput;
  readonly #rules: Rules;
  #record: Record | undefined;

  /** Throws INC003 when two targets have one name or one output. */
  constructor(input: IncrementalInput) {
    this.#in = input;
    this.#rules = new Rules(input.targets);
  }

  /**
   * Makes what is out of date, and what a kill left unfinished. Failures of targets are in the report. Throws INC001 for a
   * circle, INC005 for a name that no target has, INC008 while another process builds here, SYS004.
   */
  async build(options: BuildOptions = {}): Promise<BuildReport> {
    const { state, mode = 'content' } = this.#in;
    ensureFolder(state);
    const release = takeLock(`${state}/lock`);
    const journal = new Journal(`${state}/journal`);
    try {
      // what a killed build left half made; nothing is there otherwise
      await removeTree(`${state}/making`);
      const record = this.#open();
      const run = new Run({ ...this.#in, mode, rules: this.#rules, record, journal, options });
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

/** What went wrong with the making of one target, as a problem. */
export function failureOf(target: string, error: unknown): Problem {
  if (isFault(error)) return error.problem;
  return problem('INC004', { what: `'${target}' cannot be made`, why: `It says: ${messageOf(error)}` });
}
