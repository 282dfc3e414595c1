/**
 * Finds ends of lines in a text: LF, CRLF and lone CR (2.1). What was found is kept, so that a text without one of them
 * is not searched anew from each line.
 */
export class LineEnds {
  readonly #text: string;
  #feed = -1;
  #return = -1;
  constructor(text: string) {
    this.#text = text;
  }

  /** Where the line that `from` is on ends, its line end not counted. */
  endOf(from: number): number {
    if (this.#feed < from) this.#feed = this.#find('\n', from);
    if (this.#return < from) this.#return = this.#find('\r', from);
    return Math.min(this.#feed, this.#return, this.#text.length);
  }

  /** Where the line behind an end begins. */
  after(end: number): number {
    if (end >= this.#text.length) return end;
    const isPair = this.#text.charCodeAt(end) === 13 && this.#text.charCodeAt(end + 1) === 10;
    return isPair ? end + 2 : end + 1;
  }

  #find(what: string, from: number): number {
    const at = this.#text.indexOf(what, from);
    return at < 0 ? Number.MAX_SAFE_INTEGER : at;
  }
}

/** Starts of all lines of a text; the first is 0. */
export function lineStarts(text: string): readonly number[] {
  const ends = new LineEnds(text);
  const starts = [0];
  for (let at = ends.endOf(0); at < text.length; at = ends.endOf(at)) {
    at = ends.after(at);
    starts.push(at);
  }
  return starts;
}

/** A line of a text, without its line end, and where it begins. */
export interface RawLine {
  readonly text: string;
  readonly at: number;
}

/** The lines of a text that begins at `from`; what stands behind the last line end is one when it is not empty. */
export function linesIn(text: string, from = 0): readonly RawLine[] {
  const ends = new LineEnds(text);
  const lines: RawLine[] = [];
  for (let at = 0; at < text.length; ) {
    const end = ends.endOf(at);
    lines.push({ text: text.slice(at, end), at: from + at });
    at = ends.after(end);
  }
  return lines;
}

/** Space and tab: the white space of the language within a line. */
export function isSpace(code: number): boolean {
  return code === 32 || code === 9;
}

/** The text without spaces and tabs at its ends; other white space of Unicode stays (2.1). */
export function trimSpaces(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from += 1;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1;
  return from === 0 && to === text.length ? text : text.slice(from, to);
}
