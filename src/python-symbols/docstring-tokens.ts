/** A piece of the text of a signature. `text` of a `value` is as it stands; quotes of a string are part of it. */
export interface Token {
  readonly kind: 'name' | 'value' | 'sign';
  readonly text: string;
}

const name = /[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*/uy;
const number = /[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[jJ]?)/uy;
const quoted = /[bruBRU]{0,2}(?:'[^'\\\n]*'|"[^"\\\n]*")/uy;
const sign = /\.\.\.|\*\*|[*/=,[\]():]/uy;
/** What numpy and others write for defaults that have no text: `<no value>`; empty containers. */
const odd = /<[^<>\n]{1,80}>|\[\s*\]|\{\s*\}|\(\s*\)/uy;

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Reads pieces of a signature one at a time, without looking back. */
export class TokenReader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  /** Offset of the next piece, behind blanks and line ends. */
  get at(): number {
    while (/\s/u.test(this.#text[this.#at] ?? 'x')) this.#at += 1;
    return this.#at;
  }

  get ended(): boolean {
    return this.at >= this.#text.length;
  }

  /** Whether this sign is next, which is then taken. */
  take(text: string): boolean {
    const found = match(sign, this.#text, this.at);
    if (found !== text) return false;
    this.#at += text.length;
    return true;
  }

  /** Whether this sign is next; it stays. */
  sees(text: string): boolean {
    return match(sign, this.#text, this.at) === text;
  }

  /** A name with dots; undefined where there is none. */
  name(): string | undefined {
    const found = match(name, this.#text, this.at);
    this.#at += found?.length ?? 0;
    return found;
  }

  /** A literal or a name; with `lenient` also what stands for one. Undefined where there is none. */
  value(lenient: boolean): string | undefined {
    const { at } = this;
    const found =
      match(quoted, this.#text, at) ??
      match(number, this.#text, at) ??
      match(name, this.#text, at) ??
      (lenient ? (match(odd, this.#text, at) ?? match(/\.\.\./uy, this.#text, at)) : undefined);
    this.#at += found?.length ?? 0;
    return found;
  }

  /** The text up to one of the signs outside of brackets and quotes, which stays; undefined when the brackets do not match. */
  annotation(ends: readonly string[]): string | undefined {
    const from = this.at;
    let depth = 0;
    for (let at = from; at < this.#text.length; at += 1) {
      const letter = this.#text[at] as string;
      const string = match(quoted, this.#text, at);
      if (string !== undefined) {
        at += string.length - 1;
        continue;
      }
      if (depth === 0 && ends.includes(letter)) {
        this.#at = at;
        return this.#text.slice(from, at).trim() || undefined;
      }
      if ('([{'.includes(letter)) depth += 1;
      else if (')]}'.includes(letter)) depth -= 1;
      if (depth < 0) return undefined;
    }
    return undefined;
  }
}
