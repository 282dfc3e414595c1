import { readHereDocuments } from './here-documents.ts';
import type { ShellReader } from './reader.ts';

const reserved = new Set(
  'if then elif else fi for select in do done while until case esac function time coproc { } ! [[ ]]'.split(
    ' ',
  ),
);

/** Whether a word, as it is written, is one of the shell's own; continued lines within it are joined. */
export function isReserved(raw: string): boolean {
  return reserved.has(raw.replaceAll('\\\n', '').replace(/\\$/, ''));
}

/** Skips blanks, comments and line ends; bodies of here-documents begin behind a line end. */
export function newlines(reader: ShellReader): void {
  for (;;) {
    reader.blanks();
    const here = reader.char(reader.at);
    if (here === '#') comment(reader);
    else if (here === '\n') {
      reader.at += 1;
      readHereDocuments(reader);
    } else return;
  }
}

function comment(reader: ShellReader): void {
  const from = reader.at;
  reader.at += reader.match(/[^\n]+/y)?.length ?? 0;
  reader.trivia.push({ kind: 'comment', from, to: reader.at });
}

/** The reserved word that begins here, if one does. */
export function peekWord(reader: ShellReader): string | undefined {
  const word = reader.match(/[a-z]+|[{}!]|\[\[|\]\]/y);
  if (!word || !reserved.has(word)) return undefined;
  const next = reader.char(reader.at + word.length);
  if (word === '!' && next === '(' && reader.extendedGlobs) return undefined;
  if (next === '\\' && '\n'.startsWith(reader.char(reader.at + word.length + 1))) {
    const behind = reader.char(reader.skip(reader.at + word.length));
    return isBreak(behind) ? word : undefined;
  }
  return isBreak(next) ? word : undefined;
}

/** Whether a word ends before a character; an empty one is the end of the text. */
export const isBreak = (character: string): boolean => character === '' || ' \t\n;&|<>()'.includes(character);
