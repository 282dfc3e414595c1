import { fault } from '../../diagnostics/index.ts';

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const colon = 0x3a;
const comma = 0x2c;

/** Whether a byte is a blank of JSON. */
export const isSpace = (byte: number): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Walks through a JSON text of nested objects and hands out the values at chosen paths as texts, one at a time: for documents
 * that are too large to be parsed as a whole. What is inside of a value is looked at by whoever parses it.
 */
export class DocumentScanner {
  readonly #take: (path: readonly string[], text: string) => void;
  readonly #whole: (path: readonly string[]) => boolean;
  readonly #path: string[] = [];
  /** Open objects above the value that is being collected. */
  #depth = 0;
  #state: 'value' | 'key' | 'colon' | 'next' | 'collect' | 'done' = 'value';
  #parts: Uint8Array[] = [];
  #inner = 0;
  #inText = false;
  #escaped = false;
  #key: Uint8Array[] = [];

  constructor(
    take: (path: readonly string[], text: string) => void,
    whole: (path: readonly string[]) => boolean,
  ) {
    this.#take = take;
    this.#whole = whole;
  }

  /** Where it is: names of the objects that are open, and of the value in the last of them. */
  get path(): readonly string[] {
    return this.#path;
  }

  /** Whether the last bracket has come. */
  get done(): boolean {
    return this.#state === 'done';
  }

  /** Throws MPY020 for what is no JSON of nested objects. */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'collect') at = this.#collect(bytes, at);
      else if (this.#state === 'key') at = this.#readKey(bytes, at);
      else {
        const byte = bytes[at] ?? 0;
        if (isSpace(byte)) at += 1;
        else at = this.#step(byte, bytes, at);
      }
    }
  }

  #step(byte: number, bytes: Uint8Array, at: number): number {
    switch (this.#state) {
      case 'value':
        return this.#beginValue(byte, at);
      case 'colon':
        if (byte !== colon) throw wrong(byte, 'a colon');
        this.#state = 'value';
        return at + 1;
      case 'next':
        return this.#next(byte, at);
      default:
        throw wrong(byte, bytes.length > 0 ? 'the end' : 'nothing');
    }
  }

  #beginValue(byte: number, at: number): number {
    if (this.#path.length > 0 && this.#whole(this.#path)) {
      this.#state = 'collect';
      this.#parts = [];
      this.#inner = 0;
      this.#inText = false;
      return at;
    }
    if (byte !== openBrace) throw wrong(byte, 'an opening brace');
    this.#depth += 1;
    this.#state = 'next';
    return at + 1;
  }

  /** Between the members of an object: the first one, a comma, or its end. */
  #next(byte: number, at: number): number {
    if (this.#path.length === this.#depth) this.#path.pop();
    if (byte === closeBrace) {
      this.#depth -= 1;
      if (this.#depth === 0) this.#state = 'done';
      return at + 1;
    }
    if (byte === comma) return at + 1;
    if (byte !== quote) throw wrong(byte, 'a name');
    this.#state = 'key';
    this.#key = [];
    this.#escaped = false;
    return at + 1;
  }

  #readKey(bytes: Uint8Array, at: number): number {
    for (let end = at; end < bytes.length; end += 1) {
      const byte = bytes[end];
      if (this.#escaped) this.#escaped = false;
      else if (byte === backslash) this.#escaped = true;
      else if (byte === quote) {
        this.#key.push(bytes.slice(at, end));
        this.#path.push(unquote(Buffer.concat(this.#key).toString('utf8')));
        this.#state = 'colon';
        return end + 1;
      }
    }
    this.#key.push(bytes.slice(at));
    return bytes.length;
  }

  /** Takes bytes until the value ends: by its own bracket, or before the comma or brace of the object that it is in. */
  #collect(bytes: Uint8Array, at: number): number {
    let inner = this.#inner;
    let end = at;
    for (;;) {
      if (this.#inText) end = this.#skipText(bytes, end);
      if (end >= bytes.length) break;
      const byte = bytes[end] as number;
      end += 1;
      if (byte === quote) this.#inText = true;
      else if (byte === openBrace || byte === openBracket) inner += 1;
      else if (inner === 0 && (byte === comma || byte === closeBrace)) {
        this.#hand(bytes.subarray(at, end - 1));
        return end - 1;
      } else if (byte === closeBrace || byte === closeBracket) inner -= 1;
    }
    this.#inner = inner;
    this.#parts.push(bytes.slice(at));
    return bytes.length;
  }

  /** Where a text ends, behind its quote; the end of the bytes when it does not end in them. */
  #skipText(bytes: Uint8Array, at: number): number {
    let from = this.#escaped ? at + 1 : at;
    this.#escaped = false;
    for (;;) {
      const end = bytes.indexOf(quote, from);
      const stop = end < 0 ? bytes.length : end;
      let slashes = 0;
      while (stop - slashes > from && bytes[stop - slashes - 1] === backslash) slashes += 1;
      const isEscaped = slashes % 2 === 1;
      if (end < 0) {
        this.#escaped = isEscaped || from > bytes.length;
        return bytes.length;
      }
      from = end + 1;
      if (isEscaped) continue;
      this.#inText = false;
      return from;
    }
  }

  #hand(last: Uint8Array): void {
    const text = Buffer.concat([...this.#parts, last]).toString('utf8');
    this.#parts = [];
    this.#state = 'next';
    this.#take(this.#path, text.trim());
  }
}

function unquote(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    throw fault('MPY020', { what: `'${text.slice(0, 40)}' is no name in a JSON text` });
  }
}

const wrong = (byte: number, wanted: string): Error =>
  fault('MPY020', { what: `the document has '${String.fromCharCode(byte)}' where ${wanted} should be` });
