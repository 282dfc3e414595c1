import { type AnnotationWords, readAnnotation } from './annotation.ts';
import { isSpace, LineEnds } from './line-ends.ts';
import type { ElementNode, MetroFile, MetroNode, PlainNode, Scope, Slip } from './nodes.ts';

/** Where every file begins: no section, no condition, strict. */
export const outermost: Scope = { section: undefined, lax: false, when: undefined };

/**
 * A text as a tree. Never throws and looks at nothing else: what is wrong with a line is in its node (`slips`).
 * Takes time in proportion to the length of the text.
 */
export function parseMetro(text: string, name: string): MetroFile {
  const parser = new FileParser(text, 0, outermost);
  const nodes: MetroNode[] = [];
  for (let node = parser.next(); node; node = parser.next()) nodes.push(node);
  return { name, path: name, text, nodes };
}

const openBracket = 91;
const closeBracket = 93;
const colon = 58;
const forbidden = /[:?[\]$]/;
const foreignSpace = /^[^\S \t]|[^\S \t]$/;

/** Reads one node after the other, from any start of a line on. */
export class FileParser {
  readonly #text: string;
  readonly #ends: LineEnds;
  #hash = -1;
  #tab = -1;
  /** Where the first word of the line ends that was looked at last. */
  #word = 0;
  position: number;
  scope: Scope;

  constructor(text: string, position: number, scope: Scope) {
    this.#text = text;
    this.#ends = new LineEnds(text);
    this.position = position;
    this.scope = scope;
  }

  /** The node at `position`, which moves behind it; undefined at the end of the text. */
  next(): MetroNode | undefined {
    const text = this.#text;
    const start = this.position;
    if (start >= text.length) return undefined;
    if (start === 0 && text.charCodeAt(0) === 0xfeff) return this.#plain('mark', start, 1);
    const lineEnd = this.#ends.endOf(start);
    let from = start;
    while (from < lineEnd && isSpace(text.charCodeAt(from))) from += 1;
    if (from === lineEnd) return this.#plain('blank', start, this.#ends.after(lineEnd));
    let to = this.#commentAt(from, lineEnd);
    while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1;
    if (to === from) return this.#plain('comment', start, this.#ends.after(lineEnd));
    if (text.charCodeAt(from) === openBracket && text.charCodeAt(to - 1) === closeBracket && to - from > 1) {
      return this.#annotation({ start, end: this.#ends.after(lineEnd), from, to });
    }
    if (text.charCodeAt(this.#wordEnd(from, to) - 1) === colon)
      return this.#element(start, lineEnd, from, to);
    const slip: Slip = {
      code: 'MTR001',
      what: `'${shortened(text.slice(from, to))}' is neither an element nor an annotation`,
      from: from - start,
      to: to - start,
    };
    return this.#plain('junk', start, this.#ends.after(lineEnd), [slip]);
  }

  /** Where the first word of a line ends. Searching is much faster than looking at each letter. */
  #wordEnd(from: number, to: number): number {
    const space = this.#text.indexOf(' ', from);
    const end = space < 0 || space > to ? to : space;
    if (this.#tab < from) {
      const found = this.#text.indexOf('\t', from);
      this.#tab = found < 0 ? Number.MAX_SAFE_INTEGER : found;
    }
    this.#word = Math.min(end, this.#tab);
    return this.#word;
  }

  /** Where a comment begins: a `#` at the start of a word; `lineEnd` when there is none. */
  #commentAt(from: number, lineEnd: number): number {
    let at = from;
    for (;;) {
      if (this.#hash < at) {
        const found = this.#text.indexOf('#', at);
        this.#hash = found < 0 ? Number.MAX_SAFE_INTEGER : found;
      }
      if (this.#hash >= lineEnd) return lineEnd;
      if (this.#hash === from || isSpace(this.#text.charCodeAt(this.#hash - 1))) return this.#hash;
      at = this.#hash + 1;
    }
  }

  #plain(kind: PlainNode['kind'], start: number, end: number, slips?: readonly Slip[]): PlainNode {
    this.position = end;
    return { kind, start, end, scope: this.scope, slips };
  }

  #annotation(at: { start: number; end: number; from: number; to: number }): MetroNode {
    const { start, end, from, to } = at;
    const found = this.#words(start, from, to);
    const before = this.scope;
    const { does, scope, argumentAt, when, slips } = readAnnotation(found, before);
    this.scope = scope;
    this.position = end;
    const { words, openAt, closeAt } = found;
    const own = slips.length === 0 ? undefined : slips;
    return {
      kind: 'annotation',
      start,
      end,
      scope: before,
      slips: own,
      does,
      words,
      openAt,
      closeAt,
      argumentAt,
      when,
    };
  }

  #words(start: number, from: number, to: number): AnnotationWords {
    const words: string[] = [];
    const at: number[] = [];
    for (const match of this.#text.slice(from + 1, to - 1).matchAll(/\S+/g)) {
      words.push(match[0]);
      at.push(from + 1 + match.index - start);
    }
    return { words, at, openAt: from - start, closeAt: to - 1 - start };
  }

  #element(start: number, lineEnd: number, from: number, to: number): ElementNode {
    const text = this.#text;
    const wordEnd = this.#word;
    let valueAt = wordEnd;
    while (valueAt < to && isSpace(text.charCodeAt(valueAt))) valueAt += 1;
    const isBlock = to - valueAt === 1 && text.charCodeAt(valueAt) === openBracket;
    let end = this.#ends.after(lineEnd);
    let bodyAt = 0;
    let bodyEnd = 0;
    let closed = true;
    if (isBlock) {
      bodyAt = end - start;
      const body = this.#body(end);
      bodyEnd = body.closeAt - start;
      end = body.end;
      closed = body.closed;
    }
    const { section } = this.scope;
    const name = fullName(text.slice(from, wordEnd - 1), section);
    // nearly always nothing is wrong, and nothing is made to say so
    const isUsual =
      closed &&
      name !== undefined &&
      (valueAt === to ||
        (valueAt === wordEnd + 1 &&
          text.charCodeAt(wordEnd) === 32 &&
          isPlain(text.charCodeAt(valueAt)) &&
          isPlain(text.charCodeAt(to - 1))));
    const slips = isUsual
      ? undefined
      : elementSlips({ text, start, from, wordEnd, valueAt, to, section, closed });
    this.position = end;
    return {
      kind: 'element',
      start,
      end,
      scope: this.scope,
      slips,
      name,
      nameAt: from - start,
      nameEnd: wordEnd - 1 - start,
      valueAt: valueAt - start,
      valueEnd: to - start,
      lineEnd: lineEnd - start,
      isBlock,
      bodyAt,
      bodyEnd,
    };
  }

  /** The lines of a block from `at` on: where its `]` stands, and where the line of it ends. */
  #body(at: number): { readonly closeAt: number; readonly end: number; readonly closed: boolean } {
    const text = this.#text;
    let lineStart = at;
    while (lineStart < text.length) {
      const lineEnd = this.#ends.endOf(lineStart);
      let from = lineStart;
      while (from < lineEnd && isSpace(text.charCodeAt(from))) from += 1;
      if (text.charCodeAt(from) === closeBracket && from < lineEnd) {
        let behind = from + 1;
        while (behind < lineEnd && isSpace(text.charCodeAt(behind))) behind += 1;
        if (behind === lineEnd) return { closeAt: lineStart, end: this.#ends.after(lineEnd), closed: true };
      }
      lineStart = this.#ends.after(lineEnd);
    }
    return { closeAt: text.length, end: text.length, closed: false };
  }
}

/** The whole name of an element; undefined when it is not allowed. */
function fullName(written: string, section: string | undefined): string | undefined {
  if (written === '') return section;
  if (forbidden.test(written)) return undefined;
  return section === undefined ? written : `${section}/${written}`;
}

/** A line that defines an element: offsets of its first word, which ends in a colon, and of its value. */
interface ElementLine {
  readonly text: string;
  readonly start: number;
  readonly from: number;
  readonly wordEnd: number;
  readonly valueAt: number;
  readonly to: number;
  readonly section: string | undefined;
  /** Whether its block, if it has one, has an end. */
  readonly closed: boolean;
}

/** What is wrong with the line of an element. */
function elementSlips(line: ElementLine): readonly Slip[] | undefined {
  const { text, start, from, wordEnd, valueAt, to, section, closed } = line;
  const isEmpty = wordEnd - from === 1;
  const slips: Slip[] = [];
  const written = text.slice(from, wordEnd - 1);
  const name = { from: from - start, to: wordEnd - start };
  if (isEmpty && section === undefined) {
    slips.push({ code: 'MTR005', what: "an element ':' stands outside of every section", ...name });
  } else if (forbidden.test(written)) {
    slips.push({ code: 'MTR002', what: `'${shortened(written)}' is no name of an element`, ...name });
  }
  if (text.slice(wordEnd, valueAt).includes('\t') && valueAt < to) {
    const what = "a tab stands between the ':' and the value";
    slips.push({ code: 'MTR061', what, from: wordEnd - start, to: valueAt - start });
  }
  if (foreignSpace.test(text.slice(valueAt, to))) {
    const what = 'the value begins or ends with white space that is part of it';
    slips.push({ code: 'MTR062', what, from: valueAt - start, to: to - start });
  }
  if (!closed) {
    const what = `the block '${shortened(written || (section ?? ':'))}' has no end`;
    slips.push({ code: 'MTR003', what, from: from - start, to: to - start });
  }
  return slips.length === 0 ? undefined : slips;
}

/** Printable ASCII; NaN, beyond the end of a text, too. */
function isPlain(code: number): boolean {
  return !(code < 32 || code > 126);
}

/** A text for a message: at most 60 characters of it. */
export function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
