import type { HereDocument, ShellExpansion, ShellPlace, ShellScript, ShellSpan } from './nodes.ts';

/** Where the text stops to be Bash. Stays within this folder: `parseShell` makes a problem of it. */
export class ShellFailure extends Error {
  readonly offset: number;
  constructor(offset: number, what: string) {
    super(what);
    this.name = 'ShellFailure';
    this.offset = offset;
  }
}

/** A here-document whose operator was read and whose body begins behind the line. */
export interface AwaitedDocument {
  readonly delimiter: string;
  readonly isQuoted: boolean;
  readonly stripsTabs: boolean;
  readonly accept: (document: HereDocument) => void;
}

export interface Trivia {
  readonly kind: 'comment' | 'here-document';
  readonly from: number;
  readonly to: number;
}

/** What ends a list of statements, besides the end of the text. */
export interface ListEnd {
  /** Reserved words at the beginning of a command. */
  readonly words: readonly string[];
  readonly parenthesis?: boolean;
  /** `;;`, `;&` and `;;&`. */
  readonly clause?: boolean;
}

/** Deeper texts are refused: the stack has an end, and no recipe comes near. */
const deepest = 120;

/** How lists of statements are read; given from outside, since words hold commands and commands hold words. */
export type ReadScript = (reader: ShellReader, end: ListEnd) => ShellScript;

/** The text, the place that has been reached, and what is still awaited. */
export class ShellReader {
  readonly text: string;
  readonly script: ReadScript;
  at = 0;
  end: number;
  extendedGlobs = false;
  awaited: AwaitedDocument[] = [];
  readonly trivia: Trivia[] = [];
  /** Expansions by offset: whatever looks a second time at the same place costs nothing, so that all stays linear. */
  readonly known = new Map<number, { expansion: ShellExpansion; end: number } | ShellFailure>();
  #depth = 0;
  readonly #lineStarts: number[] = [0];
  readonly #fixedPlace: ShellPlace | undefined;

  /** `inside`: the text was cut out of another one, at this place and this deep. */
  constructor(text: string, script: ReadScript, inside?: { place: ShellPlace; depth: number }) {
    this.text = text;
    this.end = text.length;
    this.script = script;
    this.#fixedPlace = inside?.place;
    this.#depth = inside?.depth ?? 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  get depth(): number {
    return this.#depth;
  }

  /** The character at an offset; empty at the end. */
  char(offset: number): string {
    return offset < this.end ? (this.text[offset] as string) : '';
  }

  startsWith(words: string, offset = this.at): boolean {
    return offset + words.length <= this.end && this.text.startsWith(words, offset);
  }

  /** The offset behind any continued line ends (`\` and a line end) that begin here. */
  skip(offset: number): number {
    let at = offset;
    while (this.text[at] === '\\' && at + 1 < this.end && this.text[at + 1] === '\n') at += 2;
    // nothing is left to continue with at the end of the text
    return this.text[at] === '\\' && at + 1 === this.text.length && at < this.end ? at + 1 : at;
  }

  /** What an expression that is `sticky` matches here, or undefined. */
  match(expression: RegExp, offset = this.at): string | undefined {
    expression.lastIndex = offset;
    const found = expression.exec(this.text)?.[0];
    if (found === undefined || offset + found.length <= this.end) return found;
    return this.text.slice(offset, this.end);
  }

  place(offset: number): ShellPlace {
    if (this.#fixedPlace) return this.#fixedPlace;
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { offset, line: low + 1, column: offset - (this.#lineStarts[low] as number) + 1 };
  }

  span(from: number, to = this.at): ShellSpan {
    return { place: this.place(from), end: to, raw: this.text.slice(from, to) };
  }

  fail(what: string, offset = this.at): never {
    throw new ShellFailure(offset, what);
  }

  failHere(): never {
    const code = this.at < this.end ? this.text.codePointAt(this.at) : undefined;
    const shown = code === 10 ? 'the end of the line' : `'${String.fromCodePoint(code ?? 0)}'`;
    return this.fail(code === undefined ? 'the text ends too early' : `${shown} is not expected`);
  }

  /** Runs `read` one level deeper. */
  deeper<Result>(read: () => Result): Result {
    if (this.#depth >= deepest) this.fail(`more than ${deepest} levels are nested`);
    this.#depth += 1;
    try {
      return read();
    } finally {
      this.#depth -= 1;
    }
  }

  /** What `read` makes of the text between two offsets, all of it; undefined when that is no Bash. */
  attempt(from: number, to: number, read: () => ShellScript): ShellScript | undefined {
    const { at, end, awaited, extendedGlobs } = this;
    const trivia = this.trivia.length;
    this.at = from;
    this.end = to;
    this.awaited = [];
    try {
      const script = read();
      return this.at === to && this.awaited.length === 0 ? script : undefined;
    } catch (error) {
      if (!(error instanceof ShellFailure)) throw error;
      return undefined;
    } finally {
      this.trivia.length = trivia;
      Object.assign(this, { at, end, awaited, extendedGlobs });
    }
  }

  /** Skips blanks and continued line ends. */
  blanks(): void {
    for (;;) {
      const here = this.char(this.at);
      if (here === ' ' || here === '\t') this.at += 1;
      else {
        const behind = this.skip(this.at);
        if (behind === this.at) return;
        this.at = behind;
      }
    }
  }
}
