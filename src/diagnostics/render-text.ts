import type { Place, Problem } from './problem.ts';

/** `file:line:column` as far as known: `pkgs/foo/PKGBUILD:14:1`. */
export function renderPlace(place: Place): string {
  return [place.file, place.line, place.line === undefined ? undefined : place.column]
    .filter((part) => part !== undefined)
    .join(':');
}

/**
 * A problem in plain words, for logs and files: the first line says code, place and what, the lines below it
 * (indented by two) why and what next. Without a newline at the end.
 */
export function renderText(problem: Problem): string {
  const place = problem.place ? ` ${renderPlace(problem.place)}:` : '';
  return [
    `${problem.severity} ${problem.code}${place} ${problem.what}`,
    ...(problem.why ? [`  why: ${problem.why}`] : []),
    ...(problem.next ? [`  next: ${problem.next}`] : []),
  ].join('\n');
}

/** The first line only, for places where many problems stand below one another. */
export function renderLine(problem: Problem): string {
  return renderText(problem).split('\n', 1)[0] ?? '';
}
