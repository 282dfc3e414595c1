import type { Problem } from './problem.ts';

/** A problem as one line of JSON with its fields in a fixed order; unknown ones are left out, never null. */
export function renderJson(problem: Problem): string {
  const { code, severity, blame, place, what, why, next } = problem;
  return JSON.stringify({ code, severity, blame, place, what, why, next });
}
