import { type Code, catalogue } from './catalogue/index.ts';
import { type Occurrence, type Problem, ProblemError } from './problem.ts';

/** Builds the problem of one occurrence from the catalogue's entry; `why` and `next` default to the entry's. */
export function problem(code: Code, occurrence: Occurrence): Problem {
  const entry = catalogue[code];
  if (!entry) throw new Error(`code '${String(code)}' is not in the catalogue`);
  return {
    code,
    severity: occurrence.severity ?? entry.severity,
    blame: entry.blame,
    ...(occurrence.place ? { place: occurrence.place } : {}),
    what: occurrence.what,
    why: occurrence.why ?? entry.why,
    next: occurrence.next ?? entry.next,
  };
}

/** The same as an error to throw; `cause` keeps what was caught for `-v` and bug reports. */
export function fault(code: Code, occurrence: Occurrence & { cause?: unknown }): ProblemError {
  return new ProblemError(problem(code, occurrence), { cause: occurrence.cause });
}

/** Whether an unknown caught value carries one of these codes (any code when none is named). */
export function isFault(error: unknown, ...codes: Code[]): error is ProblemError {
  return (
    error instanceof ProblemError && (codes.length === 0 || (codes as string[]).includes(error.problem.code))
  );
}

/** What an error of any kind says, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
