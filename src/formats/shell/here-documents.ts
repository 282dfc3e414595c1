import { expansionsOfBody } from './read-expansion.ts';
import type { AwaitedDocument, ShellReader } from './reader.ts';

/** Reads the bodies that are awaited; the reader is at the beginning of a line, or at the end of the text. */
export function readHereDocuments(reader: ShellReader): void {
  const { awaited } = reader;
  if (awaited.length === 0) return;
  reader.awaited = [];
  for (const document of awaited) readBody(reader, document);
}

function readBody(reader: ShellReader, { accept, ...document }: AwaitedDocument): void {
  const from = reader.at;
  let isTerminated = false;
  let bodyEnd = reader.end;
  while (reader.at < reader.end && !isTerminated) {
    const lineStart = reader.at;
    const line = readLine(reader, document.isQuoted);
    const shown = document.stripsTabs ? line.replace(/^\t+/, '') : line;
    isTerminated = shown === document.delimiter;
    if (isTerminated) bodyEnd = lineStart;
  }
  const span = reader.span(from);
  reader.trivia.push({ kind: 'here-document', from, to: reader.at });
  accept({
    delimiter: document.delimiter,
    isQuoted: document.isQuoted,
    span,
    body: reader.text.slice(from, bodyEnd),
    isTerminated,
    expansions: document.isQuoted ? [] : expansionsOfBody(reader, from, bodyEnd),
  });
}

/** A line without its end; without quotes a backslash joins the next one to it. */
function readLine(reader: ShellReader, isQuoted: boolean): string {
  let line = '';
  for (;;) {
    const end = reader.text.indexOf('\n', reader.at);
    const stop = end < 0 || end >= reader.end ? reader.end : end;
    const piece = reader.text.slice(reader.at, stop);
    reader.at = Math.min(stop + 1, reader.end);
    if (isQuoted || stop === reader.end || !/(?:^|[^\\])(?:\\\\)*\\$/.test(piece)) return line + piece;
    line += piece.slice(0, -1);
  }
}
