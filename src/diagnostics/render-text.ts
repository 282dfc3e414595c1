import type { Place, Problem } from './problem.ts';

/** Names come from recipes of strangers: what would move the cursor or change colours is shown as `\x1b`. */
export function printable(text: string): string {
  return text.replace(
    /[^\P{Cc}\n\t]/gu,
    (control) => `\\x${(control.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`,
  );
}

/** `file:line:column` as far as known: `pkgs/foo/PKGBUILD:14:1`. */
export function renderPlace(place: Place): string {
  return [printable(place.file), place.line, place.line === undefined ? undefined : place.column]
    .filter((part) => part !== undefined)
    .join(':');
}

/**
 * A problem in plain words, for logs and files (control characters shown, not obeyed): the first line says code, place and what, the lines below it
 * (indented by two) why and what next. Without a newline at the end.
 */
export function renderText(problem: Problem): string {
  const place = problem.place ? ` ${renderPlace(problem.place)}:` : '';
  return [
    `${problem.severity} ${problem.code}${place} ${printable(problem.what)}`,
    ...(problem.why ? [`  why: ${printable(problem.why)}`] : []),
    ...(problem.next ? [`  next: ${printable(problem.next)}`] : []),
  ].join('\n');
}

/** The first line only, for places where many problems stand below one another. */
export function renderLine(problem: Problem): string {
  return renderText(problem).split('\n', 1)[0] ?? '';
}
