import type { ShellAssignment, ShellElement, ShellExpansion, ShellWord } from './nodes.ts';
import { skipBrackets } from './read-expansion.ts';
import { readWord } from './read-word.ts';
import type { ShellReader } from './reader.ts';
import { isBreak } from './separators.ts';

/** What ends a word of Bash. */
const metacharacter = /[\s;&|<>()]/;

/**
 * Reads an assignment that begins here; undefined, with the reader where it was, when none does. An `argument` (of
 * `declare` and its like) is a word to Bash whatever it looks like: in a subscript blanks, `;` and the like end it, and
 * what follows them may be a command.
 */
export function readAssignment(
  reader: ShellReader,
  place: 'command' | 'argument',
): ShellAssignment | undefined {
  const from = reader.at;
  const name = reader.match(/[A-Za-z_][A-Za-z0-9_]*/y);
  if (!name) return undefined;
  reader.at = reader.skip(from + name.length);
  const hasContinuation = reader.at > from + name.length;
  let expansions: readonly ShellExpansion[] = [];
  let subscript: string | undefined;
  if (reader.char(reader.at) === '[') {
    const open = reader.at;
    reader.at += 1;
    expansions = skipBrackets(reader, { open: '[', close: ']', nests: true });
    subscript = reader.text.slice(open + 1, reader.at - 1);
    if (place === 'argument' && metacharacter.test(subscript)) {
      reader.at = from;
      return undefined;
    }
    reader.at = reader.skip(reader.at);
  }
  const operator = readOperator(reader);
  if (!operator) {
    // what goes on behind the continued line may still make a name and an assignment of it
    if (hasContinuation && /[A-Za-z0-9_]/.test(reader.char(reader.at))) {
      reader.fail('a continued line end stands within a name', from);
    }
    reader.at = from;
    return undefined;
  }
  if (reader.char(reader.skip(reader.at)) === '(') {
    reader.at = reader.skip(reader.at) + 1;
    const elements = reader.deeper(() => readElements(reader));
    // Bash makes a scalar of it when something follows at once
    if (!isBreak(reader.char(reader.skip(reader.at)))) reader.failHere();
    const span = reader.span(from);
    return { ...span, kind: 'assignment', name, subscript, operator, value: undefined, elements, expansions };
  }
  const value = readValue(reader);
  const span = reader.span(from);
  return { ...span, kind: 'assignment', name, subscript, operator, value, elements: undefined, expansions };
}

function readOperator(reader: ShellReader): '=' | '+=' | undefined {
  const here = reader.char(reader.at);
  if (here === '=') {
    reader.at += 1;
    return '=';
  }
  const next = reader.skip(reader.at + 1);
  if (here !== '+' || reader.char(next) !== '=') return undefined;
  reader.at = next + 1;
  return '+=';
}

/** The scalar that begins here, which may be empty. */
function readValue(reader: ShellReader): ShellWord {
  const value = readWord(reader, 'scalar');
  if (value) return value;
  return { ...reader.span(reader.at), quoting: 'none', literal: '', text: '', expansions: [] };
}

/** The elements up to the closing parenthesis, which is skipped. */
function readElements(reader: ShellReader): readonly ShellElement[] {
  const from = reader.at - 1;
  const elements: ShellElement[] = [];
  for (;;) {
    reader.blanks();
    const here = reader.char(reader.at);
    if (here === '') reader.fail("a '(' is not closed", from);
    if (here === '\n') {
      // Bash itself loses count of what is body there and what is element
      if (reader.awaited.length > 0) reader.fail('a here-document is awaited within an array');
      reader.at += 1;
    } else if (here === '#') {
      reader.at += reader.match(/[^\n]+/y)?.length ?? 0;
    } else if (here === ')') {
      reader.at += 1;
      return elements;
    } else elements.push(readElement(reader));
  }
}

function readElement(reader: ShellReader): ShellElement {
  const from = reader.at;
  if (reader.char(from) === '[') {
    reader.at += 1;
    const inKey = skipBrackets(reader, { open: '[', close: ']', nests: true });
    const key = reader.text.slice(from + 1, reader.at - 1);
    if (readOperator(reader)) {
      const value = readValue(reader);
      // what the key expands is run as well
      const expansions = [...inKey, ...value.expansions];
      return { key, word: { ...value, ...reader.span(from), quoting: 'mixed', expansions } };
    }
    reader.at = from;
  }
  const word = readWord(reader, 'element');
  return word ? { key: undefined, word } : reader.failHere();
}
