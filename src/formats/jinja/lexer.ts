import type { Spot } from './nodes.ts';
import { integerOf } from './numbers.ts';
import { stringLiteral } from './string-literal.ts';
import { TemplateTrouble } from './trouble.ts';

type TokenKind =
  | 'text'
  | 'statement-begin'
  | 'statement-end'
  | 'output-begin'
  | 'output-end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'operator'
  | 'end';

/** A piece of a template. */
export interface Token {
  readonly kind: TokenKind;
  /** Names, operators and the content of strings and texts. */
  readonly text: string;
  readonly number?: number | bigint;
  readonly at: Spot;
}

const opening = /\{%[-+]?\s*raw\s*(?:-%\}\s*|%\})|\{%[-+]?|\{#[-+]?|\{\{[-+]?/g;
const endOfRaw = /\{%([-+]?)\s*endraw\s*(?:\+%\}|-%\}\s*|%\})/g;
const endOfComment = /\+#\}|-#\}\s*|#\}/g;
const endOfStatement = /\+%\}|-%\}\s*|%\}/y;
const endOfOutput = /-\}\}\s*|\}\}/y;
const whiteSpace = /\s+/y;
const float = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const integer = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const name = /[\p{XIDS}_][\p{XIDC}]*/uy;
const string = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/sy;
const operator = /\*\*|\/\/|==|!=|>=|<=|[-+*/%~[\](){}><=.:|,;]/y;

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Reads a template from the left to the right into its tokens. */
class Lexer {
  readonly #text: string;
  readonly #file: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #lineStart = 0;
  #counted = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  /** The place of an offset; offsets only grow. */
  #spot(offset: number): Spot {
    for (;;) {
      const next = this.#text.indexOf('\n', this.#counted);
      if (next < 0 || next >= offset) break;
      this.#line += 1;
      this.#lineStart = next + 1;
      this.#counted = next + 1;
    }
    return { file: this.#file, line: this.#line, column: offset - this.#lineStart + 1 };
  }

  #fail(what: string, at = this.#spot(this.#at)): never {
    throw new TemplateTrouble('TPL001', what, { place: at });
  }

  #push(kind: TokenKind, text: string, at: Spot, number?: number | bigint): void {
    this.#tokens.push(number === undefined ? { kind, text, at } : { kind, text, at, number });
  }

  #match(expression: RegExp): string | undefined {
    expression.lastIndex = this.#at;
    return expression.exec(this.#text)?.[0];
  }

  #plainText(to: number, isStripped: boolean): void {
    const raw = this.#text.slice(this.#at, to);
    const text = isStripped ? raw.trimEnd() : raw;
    if (text !== '') this.#push('text', text, this.#spot(this.#at));
    this.#at = to;
  }

  read(): Token[] {
    for (;;) {
      opening.lastIndex = this.#at;
      const found = opening.exec(this.#text);
      this.#plainText(found?.index ?? this.#text.length, found?.[0][2] === '-');
      const at = this.#spot(this.#at);
      if (!found) {
        this.#push('end', '', at);
        return this.#tokens;
      }
      this.#at += found[0].length;
      if (found[0].startsWith('{#')) this.#comment(at);
      else if (found[0].startsWith('{{')) this.#code('output', at);
      else if (found[0].length > 3) this.#raw(at);
      else this.#code('statement', at);
    }
  }

  #comment(at: Spot): void {
    endOfComment.lastIndex = this.#at;
    const end = endOfComment.exec(this.#text);
    if (!end) this.#fail("the comment is not closed by '#}'", at);
    this.#at = end.index + end[0].length;
  }

  #raw(at: Spot): void {
    endOfRaw.lastIndex = this.#at;
    const end = endOfRaw.exec(this.#text);
    if (!end) this.#fail("'raw' is not closed by 'endraw'", at);
    this.#plainText(end.index, end[1] === '-');
    this.#at += end[0].length;
  }

  #code(kind: 'output' | 'statement', at: Spot): void {
    const open: string[] = [];
    this.#push(`${kind}-begin`, '', at);
    for (;;) {
      const end =
        open.length === 0 ? this.#match(kind === 'output' ? endOfOutput : endOfStatement) : undefined;
      if (end !== undefined) {
        this.#push(`${kind}-end`, '', this.#spot(this.#at));
        this.#at += end.length;
        return;
      }
      if (this.#at >= this.#text.length) {
        this.#fail(`the ${kind} is not closed by '${kind === 'output' ? '}}' : '%}'}'`, at);
      }
      const blank = this.#match(whiteSpace);
      if (blank !== undefined) this.#at += blank.length;
      else this.#token(open);
    }
  }

  #token(open: string[]): void {
    const at = this.#spot(this.#at);
    for (const [kind, expression] of tokenKinds) {
      const found = this.#match(expression);
      if (found === undefined) continue;
      if (kind === 'operator') this.#balance(found, open);
      if (kind === 'float') this.#push(kind, found, at, Number(found.replaceAll('_', '')));
      else if (kind === 'integer') this.#push(kind, found, at, integerOf(BigInt(found.replaceAll('_', ''))));
      else this.#push(kind, kind === 'string' ? stringLiteral(found, at) : found, at);
      this.#at += found.length;
      return;
    }
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at) as number);
    this.#fail(
      /['"]/.test(character) ? 'the text in quotes is not closed' : `'${character}' is not expected here`,
      at,
    );
  }

  #balance(found: string, open: string[]): void {
    const closer = closers[found];
    if (closer !== undefined) open.push(closer);
    if (!/[)\]}]/.test(found)) return;
    const expected = open.pop();
    if (expected === undefined) this.#fail(`'${found}' closes nothing`);
    if (expected !== found) this.#fail(`'${expected}' is expected, not '${found}'`);
  }
}

const tokenKinds = [
  ['float', float],
  ['integer', integer],
  ['name', name],
  ['string', string],
  ['operator', operator],
] as const;

/** The tokens of a template; one line end at its end is not part of it. @throws {TemplateTrouble} TPL001 */
export function tokenize(text: string, file: string): Token[] {
  const lines = text.replace(/\r\n?/g, '\n');
  return new Lexer(lines.endsWith('\n') ? lines.slice(0, -1) : lines, file).read();
}
