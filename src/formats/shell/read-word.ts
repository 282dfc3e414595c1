import { ansiValue } from './ansi-escapes.ts';
import type { Quoting, ShellExpansion, ShellWord } from './nodes.ts';
import {
  readDouble,
  readExpansion,
  readSubstitution,
  skipAnsi,
  skipBrackets,
  skipSingle,
} from './read-expansion.ts';
import type { ShellReader } from './reader.ts';

/**
 * Where a word stands. `scalar`: the value of an assignment, where globs and braces are nothing special; `regex`:
 * behind `=~`; `pattern`: an operand of `[[`, where extended globs always are; `element`: of an array, where a
 * bracket at the beginning may hold blanks.
 */
export type WordMode = 'word' | 'scalar' | 'regex' | 'pattern' | 'element';

/** Gathers what a word says while it is read. */
class WordContent {
  text = '';
  readonly expansions: ShellExpansion[] = [];
  isLiteral = true;
  hasQuotes = false;
  #bracketIsOpen = false;
  #brace: 'none' | 'open' | 'list' = 'none';

  quoted(text: string): void {
    this.text += text;
    this.hasQuotes = true;
  }

  expanded(expansion: ShellExpansion): void {
    this.text += expansion.raw;
    this.expansions.push(expansion);
    this.isLiteral = false;
  }

  bare(text: string): void {
    this.text += text;
  }

  /** A character that Bash may take for a part of a glob or of braces. */
  special(character: string): void {
    this.text += character;
    if (character === '*' || character === '?') this.isLiteral = false;
    if (character === '[') this.#bracketIsOpen = true;
    if (character === ']' && this.#bracketIsOpen) this.isLiteral = false;
    if (character === '{' && this.#brace === 'none') this.#brace = 'open';
    if (character === ',' && this.#brace === 'open') this.#brace = 'list';
    if (character === '.' && this.text.endsWith('..') && this.#brace === 'open') this.#brace = 'list';
    if (character === '}' && this.#brace === 'list') this.isLiteral = false;
  }
}

/** Reads the word that begins here; undefined when none does. */
export function readWord(reader: ShellReader, mode: WordMode): ShellWord | undefined {
  const from = reader.at;
  // a comment, except behind the equals sign of an assignment
  if (mode !== 'scalar' && reader.char(from) === '#') return undefined;
  const content = new WordContent();
  if (reader.char(from) === '~') content.isLiteral = false;
  if (mode === 'element' && reader.char(from) === '[') {
    reader.at += 1;
    content.expansions.push(...skipBrackets(reader, { open: '[', close: ']', nests: true }));
    content.bare(reader.text.slice(from, reader.at));
    content.isLiteral = false;
  }
  while (readPiece(reader, mode, content));
  if (reader.at === from) return undefined;
  const span = reader.span(from);
  return {
    ...span,
    quoting: quotingOf(span.raw, content),
    literal: content.isLiteral ? content.text : undefined,
    text: content.text,
    expansions: content.expansions,
  };
}

function quotingOf(raw: string, content: WordContent): Quoting {
  if (!content.hasQuotes) return 'none';
  if (/^'[^']*'$/.test(raw)) return 'single';
  return /^"[^"\\]*"$/.test(raw) ? 'double' : 'mixed';
}

/** Reads some more of a word; false at its end. */
function readPiece(reader: ShellReader, mode: WordMode, content: WordContent): boolean {
  const plain = reader.match(/[A-Za-z0-9_/%^=-]+/y);
  if (plain) {
    content.bare(plain);
    reader.at += plain.length;
  }
  const here = reader.char(reader.at);
  if (here === '') return false;
  if (here === '\\' || here === "'" || here === '"') return readQuoted(reader, here, content);
  if (here === '$' || here === '`') return readDollarPiece(reader, here, content);
  if ((here === '<' || here === '>') && reader.char(reader.skip(reader.at + 1)) === '(') {
    return readProcess(reader, content);
  }
  if (isExtendedGlob(reader, mode, here)) {
    const from = reader.at;
    reader.at = reader.skip(reader.at + 1) + 1;
    content.expansions.push(...skipBrackets(reader, { open: '(', close: ')', nests: true }));
    content.bare(reader.text.slice(from, reader.at));
    content.isLiteral = false;
    return true;
  }
  if (mode === 'regex' && (here === '(' || here === '|')) {
    const from = reader.at;
    reader.at += 1;
    if (here === '(') {
      content.expansions.push(...skipBrackets(reader, { open: '(', close: ')', nests: true }));
    }
    content.bare(reader.text.slice(from, reader.at));
    content.isLiteral = false;
    return true;
  }
  if (' \t\n;&|<>()'.includes(here)) return false;
  if (mode === 'scalar') {
    content.bare(here);
    if (here === ':' && reader.char(reader.at + 1) === '~') content.isLiteral = false;
  } else content.special(here);
  reader.at += 1;
  return true;
}

function isExtendedGlob(reader: ShellReader, mode: WordMode, here: string): boolean {
  if (!'?*+@!'.includes(here) || !(reader.extendedGlobs || mode === 'pattern')) return false;
  return reader.char(reader.skip(reader.at + 1)) === '(';
}

function readQuoted(reader: ShellReader, here: string, content: WordContent): boolean {
  const from = reader.at;
  if (here === '\\') {
    const next = reader.char(from + 1);
    reader.at = Math.min(from + 2, reader.end);
    content.quoted(next === '\n' ? '' : next);
  } else if (here === "'") {
    skipSingle(reader);
    content.quoted(reader.text.slice(from + 1, reader.at - 1));
  } else {
    const { text, expansions } = readDouble(reader);
    content.quoted(text);
    content.expansions.push(...expansions);
    if (expansions.length > 0) content.isLiteral = false;
  }
  return true;
}

function readDollarPiece(reader: ShellReader, here: string, content: WordContent): boolean {
  const from = reader.at;
  const next = here === '$' ? reader.char(reader.skip(from + 1)) : '';
  if (next === "'") {
    const value = ansiValue(skipAnsi(reader));
    content.quoted(value ?? reader.text.slice(from, reader.at));
    if (value === undefined) content.isLiteral = false;
  } else if (next === '"') {
    // a translation may stand in for it
    reader.at = reader.skip(from + 1);
    const { text, expansions } = readDouble(reader);
    content.quoted(text);
    content.expansions.push(...expansions);
    content.isLiteral = false;
  } else {
    const expansion = readExpansion(reader, false);
    if (expansion) content.expanded(expansion);
    else content.bare('$');
  }
  return true;
}

function readProcess(reader: ShellReader, content: WordContent): boolean {
  const from = reader.at;
  reader.at = reader.skip(from + 1) + 1;
  const script = reader.deeper(() => readSubstitution(reader));
  content.expanded({ ...reader.span(from), kind: 'process', scripts: [script], isOpaque: false });
  return true;
}
