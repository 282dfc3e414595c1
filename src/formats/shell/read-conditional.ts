import type { ShellWord } from './nodes.ts';
import { readWord } from './read-word.ts';
import type { ShellReader } from './reader.ts';

const binary = new Set(
  ['=', '==', '!=', '=~', '-nt', '-ot', '-ef', '-eq', '-ne', '-lt', '-le', '-gt', '-ge'].concat('<', '>'),
);
const unary = /^-[abcdefghknoprstuvwxzGLNORS]$/;

/** The operands of `[[ ... ]]`, whose end is skipped; the reader is behind the opening brackets. */
export function readConditional(reader: ShellReader): readonly ShellWord[] {
  const words: ShellWord[] = [];
  gap(reader);
  readAlternatives(reader, words);
  gap(reader);
  if (!reader.startsWith(']]')) reader.failHere();
  reader.at += 2;
  if (!' \t\n;&|<>()'.includes(reader.char(reader.at)) && !reader.startsWith('\\\n')) reader.failHere();
  return words;
}

function gap(reader: ShellReader): void {
  for (reader.blanks(); reader.char(reader.at) === '\n'; reader.blanks()) reader.at += 1;
}

function readAlternatives(reader: ShellReader, words: ShellWord[]): void {
  for (;;) {
    readTerm(reader, words);
    gap(reader);
    if (!reader.startsWith('||') && !reader.startsWith('&&')) return;
    reader.at += 2;
    gap(reader);
  }
}

function readTerm(reader: ShellReader, words: ShellWord[]): void {
  while (reader.match(/!(?=[ \t\n(])/y)) {
    reader.at += 1;
    gap(reader);
  }
  if (reader.char(reader.at) === '(') {
    reader.at += 1;
    gap(reader);
    reader.deeper(() => readAlternatives(reader, words));
    gap(reader);
    if (reader.char(reader.at) !== ')') reader.failHere();
    reader.at += 1;
    return;
  }
  const first = readOperand(reader, 'word');
  // Bash joins continued lines before it looks for operators
  const joined = first.raw.replaceAll('\\\n', '');
  if (joined === '!') reader.fail("'!' has nothing to negate", first.place.offset);
  words.push(first);
  reader.blanks();
  if (unary.test(joined)) {
    words.push(readOperand(reader, 'word'));
    return;
  }
  const operator = reader.match(/(?:[=!]=|=~?|-[a-z][a-z])(?=(?:\\\n)*[ \t\n])|[<>](?!\()/y);
  if (!operator || !binary.has(operator)) {
    // Bash looks for an operator in the same line
    if (reader.char(reader.at) === '\n') reader.failHere();
    return;
  }
  reader.at += operator.length;
  reader.blanks();
  words.push(
    readOperand(reader, operator === '=~' ? 'regex' : operator.startsWith('-') ? 'word' : 'pattern'),
  );
}

function readOperand(reader: ShellReader, mode: 'word' | 'regex' | 'pattern'): ShellWord {
  const word = readWord(reader, mode);
  return word && word.raw !== ']]' ? word : reader.failHere();
}
