/** Where a problem was found. Lines and columns count from 1; columns count UTF-16 code units. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** `error` stops the item it belongs to, `warning` does not, `note` only explains another problem. */
export type Severity = 'error' | 'warning' | 'note';

/**
 * Who has to act, and with it the exit code of a command that ends on the problem:
 * `recipe` a recipe or its build (exit 1), `usage` the person who typed the command (exit 2),
 * `world` the machine or a service, a retry may help (exit 3), `bug` us (exit 70).
 */
export type Blame = 'recipe' | 'usage' | 'world' | 'bug';

/** The one shape of every error and warning: code, place, what, why, next step. */
export interface Problem {
  readonly code: string;
  readonly severity: Severity;
  readonly blame: Blame;
  readonly place?: Place;
  /** One line: lower case, present tense, no full stop, real names in single quotes. */
  readonly what: string;
  /** Full sentences: the rule that is broken, or the cause. */
  readonly why?: string;
  /** Full sentences: what to do now. */
  readonly next?: string;
}

/** Facts of one occurrence; everything else about a code stands in the catalogue. */
export interface Occurrence {
  readonly what: string;
  readonly place?: Place | undefined;
  readonly why?: string | undefined;
  readonly next?: string | undefined;
  readonly severity?: Severity | undefined;
}

/** An error that carries a problem. The only error class that rooms throw on purpose. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem, options?: { cause?: unknown }) {
    super(`${problem.code} ${problem.what}`, options);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}
