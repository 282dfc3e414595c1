import type { Token } from './lexer.ts';
import type { Expression } from './nodes.ts';
import { TemplateTrouble } from './trouble.ts';

const kindNames: Readonly<Record<string, string>> = {
  'statement-begin': "'{%'",
  'statement-end': "'%}'",
  'output-begin': "'{{'",
  'output-end': "'}}'",
  end: 'the end of the template',
  text: 'text',
  string: 'a text in quotes',
};

/** A token as messages speak of it. */
export function describe(token: Token): string {
  return kindNames[token.kind] ?? `'${token.text}'`;
}

/** How an expression is read; given from outside, since values in brackets hold expressions, and these values. */
export type ReadExpression = (reader: TokenReader, hasCondition: boolean) => Expression;

/** The tokens of a template, and what has been seen around the one that is next. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;
  /** Within how many `if` this is: there, unknown filters and tests fail only when they are reached. */
  conditions = 0;
  /** Filters and tests that nobody knows, outside of conditions. */
  readonly unknown: TemplateTrouble[] = [];
  /** Names that the bodies of the open macros and loops speak of. */
  readonly uses: Set<string>[] = [];
  /** Names of the statements that are open, for messages. */
  readonly open: Token[] = [];
  #depth = 0;

  readonly #readExpression: ReadExpression;

  constructor(tokens: readonly Token[], readExpression: ReadExpression) {
    this.#tokens = tokens;
    this.#readExpression = readExpression;
  }

  /** An expression, by default with `a if b else c`. */
  expression(hasCondition = true): Expression {
    return this.#readExpression(this, hasCondition);
  }

  get current(): Token {
    return this.#tokens[this.#at] as Token;
  }

  get following(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)] as Token;
  }

  next(): Token {
    const token = this.current;
    if (this.#at < this.#tokens.length - 1) this.#at += 1;
    return token;
  }

  is(kind: Token['kind'], text?: string, token = this.current): boolean {
    return token.kind === kind && (text === undefined || token.text === text);
  }

  isOperator(...texts: readonly string[]): boolean {
    return this.current.kind === 'operator' && texts.includes(this.current.text);
  }

  isName(...texts: readonly string[]): boolean {
    return this.current.kind === 'name' && texts.includes(this.current.text);
  }

  /** Goes on when the next token is that one. */
  skip(kind: Token['kind'], text?: string): boolean {
    const isThere = this.is(kind, text);
    if (isThere) this.next();
    return isThere;
  }

  expect(kind: Token['kind'], text?: string): Token {
    if (this.is(kind, text)) return this.next();
    const wanted = text === undefined ? (kindNames[kind] ?? `a ${kind}`) : `'${text}'`;
    return this.fail(`${wanted} is expected, not ${describe(this.current)}`);
  }

  fail(what: string, token = this.current): never {
    const opened = this.open.at(-1);
    const why =
      opened && `The statement '${opened.text}' that line ${opened.at.line} opens is not closed yet.`;
    throw new TemplateTrouble('TPL001', what, { place: token.at, why });
  }

  /** Runs `read` one level deeper; the stack has an end. */
  deeper<Result>(read: () => Result): Result {
    if (this.#depth >= 120) this.fail('more than 120 levels are nested');
    this.#depth += 1;
    try {
      return read();
    } finally {
      this.#depth -= 1;
    }
  }

  /** Notes that a name is used, for every macro and loop that is open. */
  use(name: string): void {
    for (const names of this.uses) names.add(name);
  }
}
