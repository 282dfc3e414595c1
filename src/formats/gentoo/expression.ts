import { type Place, type Problem, problem } from '../../diagnostics/index.ts';
import { isUseFlagName } from './names.ts';

/** One item of an expression. */
export interface Leaf<T> {
  readonly kind: 'leaf';
  readonly value: T;
  /** Where it begins in the text, in UTF-16 code units; -1 of what was not read from a text. */
  readonly at: number;
}

/** `( )`, `|| ( )`, `^^ ( )` and `?? ( )`. */
export interface Group<T> {
  readonly kind: 'all' | 'any' | 'one' | 'at-most-one';
  readonly children: readonly Expression<T>[];
  readonly at: number;
}

/** `flag? ( )` and `!flag? ( )`. */
export interface Conditional<T> {
  readonly kind: 'use';
  readonly flag: string;
  readonly negated: boolean;
  readonly children: readonly Expression<T>[];
  readonly at: number;
}

/** A USE-conditional expression (PMS 8.2) over items of some kind. What was read is always a group of kind `all`. */
export type Expression<T> = Leaf<T> | Group<T> | Conditional<T>;

/** What a text is read as; a problem of severity `error` leaves no expression. */
export interface ReadExpression<T> {
  readonly expression?: Group<T>;
  readonly problems: readonly Problem[];
}

export interface Token {
  readonly text: string;
  readonly at: number;
}

/** The words that are still to be read. */
export interface Words {
  /** The next word, which stays there. */
  peek(): Token | undefined;
  take(): Token | undefined;
}

/** What differs between the variables that hold such expressions. */
export interface Dialect<T> {
  /** Groups beside `( )` and conditionals. */
  readonly groups: readonly ('||' | '^^' | '??')[];
  /** Whether a group may have nothing in it, which PMS forbids and eclasses write into REQUIRED_USE. */
  readonly emptyGroups?: boolean;
  readLeaf(first: Token, words: Words, report: Report): T | undefined;
}

/** Reports what is wrong with the words at a place of the text. */
export type Report = (
  code: 'PMS020' | 'PMS021' | 'PMS030' | 'PMS031' | 'PMS034',
  at: number,
  facts: ReportFacts,
) => void;

interface ReportFacts {
  readonly what: string;
  readonly why?: string | undefined;
}

const groupKinds = { '||': 'any', '^^': 'one', '??': 'at-most-one' } as const;

/** Deeper than any text that people write, and far from the end of the stack. */
const deepest = 100;

/** The place of an offset in a text that itself begins at `start`. */
export function placeInText(text: string, at: number, start: Place): Place {
  const before = text.slice(0, at).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return {
    file: start.file,
    line: (start.line ?? 1) + before.length - 1,
    column: before.length === 1 ? (start.column ?? 1) + column - 1 : column,
  };
}

interface OpenGroup<T> {
  readonly node: Group<T> | Conditional<T>;
  readonly children: Expression<T>[];
}

class ExpressionReader<T> implements Words {
  readonly #tokens: readonly Token[];
  readonly #dialect: Dialect<T>;
  readonly #report: Report;
  readonly #open: OpenGroup<T>[] = [];
  #next = 0;

  constructor(text: string, dialect: Dialect<T>, report: Report) {
    this.#tokens = [...text.matchAll(/\S+/g)].map((match) => ({ text: match[0], at: match.index }));
    this.#dialect = dialect;
    this.#report = report;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  /** The word before the one that was taken last. */
  get #previous(): Token | undefined {
    return this.#tokens[this.#next - 2];
  }

  take(): Token | undefined {
    const token = this.#tokens[this.#next];
    this.#next += 1;
    return token;
  }

  read(): Group<T> {
    const children: Expression<T>[] = [];
    this.#open.push({ node: { kind: 'all', children, at: 0 }, children });
    for (let token = this.take(); token; token = this.take()) {
      if (this.#open.length > deepest) {
        this.#report('PMS030', token.at, { what: `more than ${deepest} groups lie in one another` });
        break;
      }
      this.#step(token);
    }
    const left = this.#open.at(-1);
    if (this.#open.length > 1 && this.#open.length <= deepest && left)
      this.#report('PMS030', left.node.at, { what: "a group is not closed: its ')' is missing" });
    return { kind: 'all', children, at: 0 };
  }

  #step(token: Token): void {
    const { text, at } = token;
    if (text === ')') this.#close(token);
    else if (text === '(') this.#enter({ kind: 'all', children: [], at });
    else if (text === '||' || text === '^^' || text === '??') this.#choice(text, at);
    else if (/^!?[^\s?]+\?$/.test(text)) this.#conditional(text, at);
    else if (/^[()]|\($|^!?[A-Za-z0-9+_@-]+\?\S/.test(text)) {
      const why = 'Parentheses and conditions have blanks on both sides.';
      this.#report('PMS030', at, { what: `a blank is missing in '${text}'`, why });
    } else {
      const value = this.#dialect.readLeaf(token, this, this.#report);
      if (value !== undefined) this.#open.at(-1)?.children.push({ kind: 'leaf', value, at });
    }
  }

  #enter(node: Group<T> | Conditional<T>): void {
    const children: Expression<T>[] = [];
    const opened = { ...node, children };
    this.#open.at(-1)?.children.push(opened);
    this.#open.push({ node: opened, children });
  }

  #close({ at }: Token): void {
    if (this.#open.length === 1) {
      this.#report('PMS030', at, { what: "')' closes nothing" });
      return;
    }
    const isEmpty = this.#previous?.text === '(';
    if (isEmpty && !this.#dialect.emptyGroups)
      this.#report('PMS030', at, { what: 'a group has nothing in it' });
    this.#open.pop();
  }

  #hasOpening(text: string, at: number): boolean {
    if (this.peek()?.text === '(') {
      this.#next += 1;
      return true;
    }
    this.#report('PMS030', at, { what: `'(' is missing behind '${text}'` });
    return false;
  }

  #choice(text: '||' | '^^' | '??', at: number): void {
    if (!this.#dialect.groups.includes(text))
      this.#report('PMS031', at, { what: `'${text}' is not allowed here` });
    if (this.#hasOpening(text, at)) this.#enter({ kind: groupKinds[text], children: [], at });
  }

  #conditional(text: string, at: number): void {
    const negated = text.startsWith('!');
    const flag = text.slice(negated ? 1 : 0, -1);
    if (!isUseFlagName(flag)) this.#report('PMS030', at, { what: `'${flag}' is not the name of a USE flag` });
    if (this.#hasOpening(text, at)) this.#enter({ kind: 'use', flag, negated, children: [], at });
  }
}

/** Reads an expression of some dialect; `start` is where the text begins, for places. Never throws. */
export function readExpression<T>(text: string, dialect: Dialect<T>, start: Place): ReadExpression<T> {
  const problems: Problem[] = [];
  const report: Report = (code, at, facts) => {
    problems.push(problem(code, { ...facts, place: placeInText(text, at, start) }));
  };
  const expression = new ExpressionReader(text, dialect, report).read();
  return problems.length > 0 ? { problems } : { expression, problems };
}
