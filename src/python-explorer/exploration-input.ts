import type { ExplorationRules, PythonDistribution } from '../formats/python-graph/index.ts';
import type { PythonCage, PythonEnvironment } from './python-environment.ts';

/** Limits of one exploration; all have defaults. */
export interface ExplorationLimits {
  /** Wall time of all of it, default 1,800,000 ms. */
  readonly timeoutMs: number;
  /** Wall time of one top-level with all attempts, default 600,000 ms. */
  readonly toplevelMs: number;
  /** Wall time of one import or one object, default 60,000 ms. */
  readonly stepMs: number;
  /** Memory of all processes together, default 4 GiB. */
  readonly memoryBytes: number;
  /** Processes and threads at one time, default 512. */
  readonly processes: number;
  /** How often a top-level is begun anew without the module that ended it, default 16. */
  readonly retries: number;
  /** Nodes of one top-level, default 2,000,000. */
  readonly nodes: number;
}

export interface ExplorationOptions {
  /** Names to explore beyond those that the metadata tells; of the standard library: instead of all. */
  readonly toplevels?: readonly string[];
  /** Modules and paths not to enter. */
  readonly skip?: readonly string[];
  /** Folders with stubs for what has no signature: a checkout of typeshed's `stdlib` or `stubs/NAME`. */
  readonly stubs?: readonly string[];
  /** Default `packmill`. */
  readonly rules?: ExplorationRules;
  /** What the text of modules is used for when they cannot be imported; default `never`: they are missing. */
  readonly static?: 'never' | 'fallback' | 'only';
  /** Top-levels at one time, default 1. */
  readonly jobs?: number;
  readonly limits?: Partial<ExplorationLimits>;
  /** Does the work even when the record beside the output says that nothing has changed. */
  readonly fresh?: boolean;
}

export interface ExplorationInput {
  readonly environment: PythonEnvironment;
  /** `builtin-stdlib` is the standard library of the interpreter. */
  readonly distribution: PythonDistribution;
  /** File of the raw graph; written whole, and only when there is one. Beside it `.log` and `.stamp.json`. */
  readonly output: string;
  readonly cage: PythonCage;
  readonly options?: ExplorationOptions;
}
