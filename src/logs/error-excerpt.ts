import { FailureScan, judgeFailure, plainLine } from '../failures/index.ts';

/** The part of a log that shows what went wrong. */
export interface ErrorExcerpt {
  /** Number of the first line of `lines` in the text, counted from 1. */
  readonly firstLine: number;
  /** Number of the line with the error itself. */
  readonly errorLine: number;
  /** Without terminal colours. */
  readonly lines: readonly string[];
}

const linesBefore = 2;
const linesAfter = 8;

/**
 * Finds the first real error of a build's log by the rules of docs/failure-classes.md and returns it with the lines
 * around it, at most eleven; undefined when nothing in it looks like an error.
 */
export function findErrorExcerpt(text: string): ErrorExcerpt | undefined {
  const scan = new FailureScan();
  scan.push(Buffer.from(text));
  const { first } = judgeFailure(scan.end(), { timedOut: false, code: undefined });
  if (!first) return undefined;
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const from = Math.max(0, first.line - 1 - linesBefore);
  const excerpt = lines.slice(from, first.line + linesAfter).map(plainLine);
  return { firstLine: from + 1, errorLine: first.line, lines: excerpt };
}
