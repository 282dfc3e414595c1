import { type Problem, problem } from '../../diagnostics/index.ts';
import { readHereDocuments } from './here-documents.ts';
import type { ShellGap, ShellScript, ShellStatement } from './nodes.ts';
import { readScript, readStatements } from './read-script.ts';
import { ShellFailure, ShellReader } from './reader.ts';

export interface ShellText extends ShellScript {
  /** Statements of the top level and what stands between them; their `raw` in a row is the text. */
  readonly parts: readonly (ShellStatement | ShellGap)[];
  /** Empty, or one REV001: where the text stops to be Bash. Statements before it are there. */
  readonly problems: readonly Problem[];
}

/**
 * Reads Bash as PKGBUILDs and hooks are written in. Never throws, whatever the text: what is no Bash is REV001
 * with its place, and the rest of the text is then one gap. Takes time in proportion to the text.
 */
export function parseShell(text: string, file: string): ShellText {
  const reader = new ShellReader(text, readScript);
  const statements: ShellStatement[] = [];
  try {
    const nothing = text.indexOf('\0');
    // Bash leaves such bytes out, so that what is read here would be something else than what it runs.
    if (nothing >= 0) reader.fail('a byte of value zero stands in the text', nothing);
    readStatements(reader, { words: [] }, statements);
    readHereDocuments(reader);
    return { statements, parts: partsOf(reader, statements, text.length), problems: [] };
  } catch (error) {
    if (!(error instanceof ShellFailure)) throw error;
    const { line, column } = reader.place(error.offset);
    const end = statements.at(-1)?.end ?? 0;
    const parts = [...partsOf(reader, statements, end)];
    if (end < text.length) parts.push({ ...reader.span(end, text.length), kind: 'unread' });
    const found = problem('REV001', { what: error.message, place: { file, line, column } });
    return { statements, parts, problems: [found] };
  }
}

function partsOf(
  reader: ShellReader,
  statements: readonly ShellStatement[],
  end: number,
): readonly (ShellStatement | ShellGap)[] {
  const parts: (ShellStatement | ShellGap)[] = [];
  let at = 0;
  const fill = (to: number): void => {
    if (to > at) parts.push({ ...reader.span(at, to), kind: 'blank' });
    at = Math.max(at, to);
  };
  const outside = reader.trivia.filter((one) => one.to <= end).sort((a, b) => a.from - b.from);
  let next = 0;
  const trivia = (before: number): void => {
    for (let one = outside[next]; one && one.from < before; next += 1, one = outside[next]) {
      if (one.from < at || one.from === one.to) continue;
      fill(one.from);
      parts.push({ ...reader.span(one.from, one.to), kind: one.kind });
      at = one.to;
    }
  };
  for (const statement of statements) {
    trivia(statement.place.offset);
    fill(statement.place.offset);
    parts.push(statement);
    at = statement.end;
  }
  trivia(end);
  fill(end);
  return parts;
}
