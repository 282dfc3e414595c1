import { LineEnds, trimSpaces } from './line-ends.ts';
import type { ReadAnswer } from './reader.ts';

const reasons: Readonly<Record<Exclude<ReadAnswer['kind'], 'text' | 'unreadable'>, string>> = {
  missing: 'there is no such file',
  'not-file': 'it is no regular file',
  'not-text': 'it is no text in UTF-8',
  'too-large': 'it is larger than 64 MiB',
  outside: 'it lies outside of the folders that may be read',
};

/** Why a file is not read, in words. */
export function unreadableWhy(answer: Exclude<ReadAnswer, { kind: 'text' }>): string {
  return answer.kind === 'unreadable' ? answer.why : reasons[answer.kind];
}

/** What `<<` makes of a text (3.7): its lines joined by single spaces, without white space at both ends. */
export function joinedLines(text: string): string {
  const ends = new LineEnds(text);
  const lines: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = ends.endOf(at);
    lines.push(text.slice(at, end));
    at = ends.after(end);
  }
  return trimSpaces(lines.join(' '));
}
