const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket, comma] = [
  0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c,
];

/**
 * Calls `visit` with the text of each object of a JSON array of objects that arrives in pieces; the whole is never in
 * memory. Returns what is wrong with the text around the objects, or undefined; the objects themselves are not judged.
 */
export async function eachArrayElement(
  pieces: AsyncIterable<Uint8Array>,
  visit: (object: string) => void,
): Promise<string | undefined> {
  const splitter = new Splitter(visit);
  for await (const piece of pieces) {
    const trouble = splitter.take(piece);
    if (trouble !== undefined) return trouble;
  }
  return splitter.isComplete ? undefined : 'it ends before its array does';
}

/** Follows braces and strings, byte by byte; UTF-8 never uses a byte of ASCII for anything else. */
class Splitter {
  readonly #visit: (object: string) => void;
  #before: Uint8Array[] = [];
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #state: 'start' | 'array' | 'end' = 'start';

  constructor(visit: (object: string) => void) {
    this.#visit = visit;
  }

  get isComplete(): boolean {
    return this.#state === 'end';
  }

  take(piece: Uint8Array): string | undefined {
    let from = this.#depth > 0 ? 0 : -1;
    for (let at = 0; at < piece.byteLength; at += 1) {
      const byte = piece[at] as number;
      if (this.#depth === 0) {
        if (byte === openBrace && this.#state === 'array') {
          this.#depth = 1;
          from = at;
        } else if (!this.#between(byte)) return 'it is no array of objects';
      } else if (this.#inside(byte)) {
        this.#visit(this.#text(piece.subarray(from, at + 1)));
        from = -1;
      }
    }
    if (from >= 0) this.#before.push(piece.subarray(from));
    return undefined;
  }

  #between(byte: number): boolean {
    if (byte <= 0x20) return true;
    if (this.#state === 'start' && byte === openBracket) this.#state = 'array';
    else if (this.#state === 'array' && byte === closeBracket) this.#state = 'end';
    else return this.#state === 'array' && byte === comma;
    return true;
  }

  /** Whether the object ends with this byte. */
  #inside(byte: number): boolean {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === backslash) this.#isEscaped = true;
      else if (byte === quote) this.#isInString = false;
      return false;
    }
    if (byte === quote) this.#isInString = true;
    else if (byte === openBrace) this.#depth += 1;
    else if (byte === closeBrace) {
      this.#depth -= 1;
      return this.#depth === 0;
    }
    return false;
  }

  #text(last: Uint8Array): string {
    const whole = this.#before.length > 0 ? Buffer.concat([...this.#before, last]) : last;
    this.#before = [];
    return Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString();
  }
}
