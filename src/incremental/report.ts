import { isFault, messageOf, type Problem, problem } from '../diagnostics/index.ts';
import type { Clock } from '../host/index.ts';
import type { Reason } from './reasons.ts';
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

/** What went wrong with the making of one target, as a problem. */
export function failureOf(target: string, error: unknown): Problem {
  if (isFault(error)) return error.problem;
  return problem('INC004', { what: `'${target}' cannot be made`, why: `It says: ${messageOf(error)}` });
}
