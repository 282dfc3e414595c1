/** What is looked for in lines. Without `matchCase` capital and small letters are the same. */
export interface LinePattern {
  readonly text: string;
  readonly isExpression: boolean;
  readonly matchCase: boolean;
}

/** A line that has it. */
export interface LineHit {
  /** The first line is 1. */
  readonly line: number;
  /** Offset of the first byte of the line. */
  readonly offset: number;
  /** The line, or of a long one the part around the place; without colours. */
  readonly text: string;
  /** Place in `text`, and its length, in UTF-16 units. */
  readonly at: number;
  readonly length: number;
}

const colours = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;
const longestText = 300;

/** The expression of a pattern. Throws a SyntaxError. */
export function expressionOf({ text, isExpression, matchCase }: LinePattern): RegExp {
  const source = isExpression ? text : text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return new RegExp(source, matchCase ? '' : 'i');
}

/** Finds lines in text that comes in pieces of whole lines, each byte one character (Latin-1). */
export class LineMatcher {
  readonly #expression: RegExp;
  /** Literal that every line with a hit contains, byte for byte; undefined where each line has to be looked at. */
  readonly #literal: string | undefined;
  readonly #isFolded: boolean;

  constructor(pattern: LinePattern) {
    this.#expression = expressionOf(pattern);
    const isAscii = !/[^\0-\x7f]/.test(pattern.text);
    this.#isFolded = !pattern.matchCase;
    // letters beyond ASCII have no case that bytes could show
    const usable = !pattern.isExpression && (isAscii || pattern.matchCase);
    const bytes = Buffer.from(pattern.text).toString('latin1');
    this.#literal = usable ? (this.#isFolded ? bytes.toLowerCase() : bytes) : undefined;
  }

  /** Calls `found` for each line with a hit; returns the newlines in the text. `first`: line and offset of its start. */
  match(
    text: string,
    first: { readonly line: number; readonly offset: number },
    found: (hit: LineHit) => void,
  ): number {
    const literal = text.includes('\u001b') ? undefined : this.#literal;
    const hay = literal !== undefined && this.#isFolded ? text.toLowerCase() : text;
    let newlines = 0;
    let counted = 0;
    const countTo = (place: number): void => {
      for (let at = text.indexOf('\n', counted); at !== -1 && at < place; at = text.indexOf('\n', at + 1)) {
        newlines += 1;
        counted = at + 1;
      }
    };
    for (let from = 0; from < text.length; ) {
      const at = literal === undefined ? from : hay.indexOf(literal, from);
      if (at === -1) break;
      const start = literal === undefined ? from : text.lastIndexOf('\n', at - 1) + 1;
      const newline = text.indexOf('\n', at);
      const end = newline === -1 ? text.length : newline;
      countTo(start);
      const hit = this.#hitIn(text.slice(start, end));
      if (hit) found({ line: first.line + newlines, offset: first.offset + start, ...hit });
      from = end + 1;
    }
    countTo(text.length);
    return newlines;
  }

  #hitIn(raw: string): Pick<LineHit, 'text' | 'at' | 'length'> | undefined {
    const bare = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const bytes = bare.includes('\u001b') ? bare.replace(colours, '') : bare;
    const text = /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
    const match = this.#expression.exec(text);
    if (!match) return undefined;
    const length = Math.min(match[0].length, longestText);
    const from = text.length <= longestText ? 0 : Math.max(0, match.index - 80);
    return { text: text.slice(from, from + longestText), at: match.index - from, length };
  }
}
