import type { Problem, Severity } from './problem.ts';
import { printable, renderPlace } from './render-text.ts';

/** How a problem is to look on a terminal. */
export interface TerminalLook {
  /** Colours of the terminal; the words are the same without. */
  readonly colour: boolean;
  /** Columns to wrap at, at least 40; no wrapping when absent. */
  readonly columns?: number;
}

const tints: Readonly<Record<Severity, number>> = { error: 31, warning: 33, note: 36 };

/** A problem for a person at a terminal: severity and code in colour, why and next wrapped. No newline at the end. */
export function renderTerminal(problem: Problem, look: TerminalLook): string {
  const paint = (code: number, text: string): string =>
    look.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  const width = look.columns === undefined ? Number.POSITIVE_INFINITY : Math.max(40, look.columns);
  const place = problem.place ? ` ${paint(1, `${renderPlace(problem.place)}:`)}` : '';
  const head = `${paint(tints[problem.severity], `${problem.severity} ${problem.code}`)}${place} ${printable(problem.what)}`;
  const below = (label: string, text: string | undefined): string[] =>
    text ? wrap(printable(text), { label, width }) : [];
  return [head, ...below('why: ', problem.why), ...below('next: ', problem.next)].join('\n');
}

/** Lines of at most `width` columns, indented by two, the later ones under the text after the label. */
function wrap(text: string, { label, width }: { label: string; width: number }): string[] {
  const indent = ' '.repeat(label.length + 2);
  const lines: string[] = [];
  let line = `  ${label}`;
  let isEmpty = true;
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
