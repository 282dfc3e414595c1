import { linesIn, trimSpaces } from './line-ends.ts';
import type { Refused } from './reader.ts';

const reasons: Readonly<Record<Exclude<Refused['kind'], 'unreadable'>, string>> = {
  missing: 'there is no such file',
  'not-file': 'it is no regular file',
  'not-text': 'it is no text in UTF-8',
  'too-large': 'it is larger than 64 MiB',
  outside: 'it lies outside of the folders that may be read',
};

/** Why a file is not read, in words. */
export function unreadableWhy(answer: Refused): string {
  return answer.kind === 'unreadable' ? answer.why : reasons[answer.kind];
}

/** What `<<` makes of a text (3.7): its lines joined by single spaces, without white space at both ends. */
export function joinedLines(text: string): string {
  return trimSpaces(
    linesIn(text)
      .map((line) => line.text)
      .join(' '),
  );
}
