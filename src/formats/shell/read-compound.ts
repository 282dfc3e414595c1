import type { CompoundCommand, ShellExpansion, ShellScript, ShellWord } from './nodes.ts';
import { readConditional } from './read-conditional.ts';
import { skipBrackets } from './read-expansion.ts';
import { readRedirect } from './read-redirect.ts';
import { readWord } from './read-word.ts';
import type { ListEnd, ShellReader } from './reader.ts';
import { newlines, peekWord } from './separators.ts';

type Parts = Pick<CompoundCommand, 'keyword'> &
  Partial<Pick<CompoundCommand, 'words' | 'expansions' | 'bodies'>>;

/** Reads a command with structure that begins here, and its redirects; undefined when none does. */
export function readCompound(reader: ShellReader): CompoundCommand | undefined {
  const from = reader.at;
  const parts = reader.deeper(() => readParts(reader));
  if (!parts) return undefined;
  const redirects = [];
  let end = reader.at;
  for (;;) {
    reader.blanks();
    const redirect = readRedirect(reader);
    if (!redirect) break;
    redirects.push(redirect);
    end = reader.at;
  }
  reader.at = end;
  const { keyword, words = [], expansions = [], bodies = [] } = parts;
  return { ...reader.span(from), kind: 'compound', keyword, words, expansions, bodies, redirects };
}

function readParts(reader: ShellReader): Parts | undefined {
  if (reader.char(reader.at) === '(') return readParentheses(reader);
  const word = peekWord(reader);
  switch (word) {
    case '{': {
      reader.at += 1;
      return { keyword: '{', bodies: [body(reader, '}')] };
    }
    case '[[': {
      reader.at += 2;
      return { keyword: '[[', words: readConditional(reader) };
    }
    case 'if':
      return readIf(reader);
    case 'while':
    case 'until': {
      reader.at += word.length;
      return { keyword: word, bodies: [body(reader, 'do'), body(reader, 'done')] };
    }
    case 'for':
    case 'select':
      return readLoop(reader, word);
    case 'case':
      return readCase(reader);
    default:
      return undefined;
  }
}

/** A list that is not empty, up to one of these reserved words, which is skipped. */
function body(reader: ShellReader, ...ends: readonly string[]): ShellScript {
  const script = list(reader, { words: ends });
  reader.at += peekWord(reader)?.length ?? 0;
  return script;
}

function list(reader: ShellReader, end: ListEnd): ShellScript {
  const script = reader.script(reader, end);
  const isAtEnd = end.parenthesis
    ? reader.char(reader.at) === ')'
    : end.words.includes(peekWord(reader) ?? '');
  if (!isAtEnd || script.statements.length === 0) reader.failHere();
  return script;
}

function readParentheses(reader: ShellReader): Parts {
  const from = reader.at;
  const second = reader.skip(from + 1);
  if (reader.char(second) === '(') {
    reader.at = second + 1;
    const expansions = skipBrackets(reader, { open: '(', close: ')', nests: true });
    if (reader.char(reader.skip(reader.at)) === ')') {
      reader.at = reader.skip(reader.at) + 1;
      return { keyword: '((', expansions };
    }
  }
  reader.at = from + 1;
  const script = list(reader, { words: [], parenthesis: true });
  reader.at += 1;
  return { keyword: '(', bodies: [script] };
}

function readIf(reader: ShellReader): Parts {
  const bodies: ShellScript[] = [];
  let word = 'if';
  reader.at += 2;
  while (word === 'if' || word === 'elif') {
    bodies.push(body(reader, 'then'));
    bodies.push(list(reader, { words: ['elif', 'else', 'fi'] }));
    word = peekWord(reader) ?? '';
    reader.at += word.length;
  }
  if (word === 'else') bodies.push(body(reader, 'fi'));
  return { keyword: 'if', bodies };
}

function readLoop(reader: ShellReader, keyword: 'for' | 'select'): Parts {
  reader.at += keyword.length;
  reader.blanks();
  const words: ShellWord[] = [];
  let expansions: readonly ShellExpansion[] = [];
  if (keyword === 'for' && reader.char(reader.at) === '(') {
    const second = reader.skip(reader.at + 1);
    if (reader.char(second) !== '(') reader.failHere();
    reader.at = second + 1;
    expansions = skipBrackets(reader, { open: '(', close: ')', nests: true });
    if (reader.char(reader.skip(reader.at)) !== ')') reader.failHere();
    requireThreeParts(reader, second + 1, expansions);
    reader.at = reader.skip(reader.at) + 1;
    reader.blanks();
    if (reader.char(reader.at) === ';') reader.at += 1;
    newlines(reader);
  } else {
    words.push(readWord(reader, 'word') ?? reader.failHere());
    readLoopList(reader, words);
  }
  const opening = peekWord(reader);
  if (opening !== 'do' && opening !== '{') reader.failHere();
  reader.at += opening === 'do' ? 2 : 1;
  return { keyword, words, expansions, bodies: [body(reader, opening === 'do' ? 'done' : '}')] };
}

/** `for ((a; b; c))` has two semicolons outside of quotes and expansions. */
function requireThreeParts(reader: ShellReader, from: number, expansions: readonly ShellExpansion[]): void {
  let rest = '';
  let at = from;
  for (const { place, end } of expansions) {
    rest += reader.text.slice(at, Math.max(at, place.offset));
    at = Math.max(at, end);
  }
  rest += reader.text.slice(at, reader.at - 1);
  const bare = rest.replace(/\\[\s\S]|'[^']*'|"[^"]*"/g, '');
  if (bare.split(';').length !== 3) reader.fail("a 'for ((' has not three parts", from);
}

function readLoopList(reader: ShellReader, words: ShellWord[]): void {
  reader.blanks();
  if (reader.char(reader.at) === ';') {
    reader.at += 1;
    newlines(reader);
    return;
  }
  const from = reader.at;
  newlines(reader);
  if (peekWord(reader) !== 'in') {
    // in the same line a brace is a word
    if (reader.at === from && peekWord(reader) !== 'do') reader.failHere();
    return;
  }
  reader.at += 2;
  for (;;) {
    reader.blanks();
    const word = readWord(reader, 'word');
    if (!word) break;
    words.push(word);
  }
  if (reader.char(reader.at) === ';') reader.at += 1;
  else if (!'\n#'.includes(reader.char(reader.at)) || reader.at >= reader.end) reader.failHere();
  newlines(reader);
}

function readCase(reader: ShellReader): Parts {
  reader.at += 4;
  reader.blanks();
  const words: ShellWord[] = [readWord(reader, 'word') ?? reader.failHere()];
  const bodies: ShellScript[] = [];
  newlines(reader);
  if (peekWord(reader) !== 'in') reader.failHere();
  reader.at += 2;
  for (newlines(reader); peekWord(reader) !== 'esac'; newlines(reader)) {
    readPatterns(reader, words);
    bodies.push(reader.script(reader, { words: ['esac'], clause: true }));
    const end = reader.match(/;;&?|;&/y);
    if (end) reader.at += end.length;
    else if (peekWord(reader) !== 'esac') reader.failHere();
  }
  reader.at += 4;
  return { keyword: 'case', words, bodies };
}

/** The patterns of one clause up to behind the parenthesis. */
function readPatterns(reader: ShellReader, words: ShellWord[]): void {
  if (reader.char(reader.at) === '(') reader.at += 1;
  for (;;) {
    reader.blanks();
    words.push(readWord(reader, 'word') ?? reader.failHere());
    reader.blanks();
    const next = reader.char(reader.at);
    if (next !== '|' && next !== ')') reader.failHere();
    reader.at += 1;
    if (next === ')') return;
  }
}
