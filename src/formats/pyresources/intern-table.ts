import { readText } from './read-text.ts';

const tableSize = 4096;
/** Longer ones seldom repeat. */
const mostBytes = 256;
const arenaBytes = 1 << 18;

interface Kept {
  /** Whose values these are: the same bytes are another value for another codec. */
  readonly owner: object;
  readonly start: number;
  readonly length: number;
  readonly value: unknown;
}

/**
 * What repeats by the thousand is one thing in memory: names of modules and attributes, references to the same class. It is looked up by
 * its bytes, before a text or a value is made of them. Each table has room for some thousand; a newer one takes the place of an older one.
 */
export class InternTable {
  readonly #texts: (string | undefined)[] = new Array(tableSize);
  readonly #values: (Kept | undefined)[] = new Array(tableSize);
  #arena: Uint8Array | undefined;
  #used = 0;

  /** The text of ASCII or UTF-8 in these bytes. Throws MPY305. */
  of(bytes: Uint8Array, start: number, end: number): string {
    const slot = slotOf(bytes, start, end);
    const known = this.#texts[slot];
    if (known !== undefined && sameText(known, bytes, { start, end })) return known;
    const text = readText(bytes, start, end);
    this.#texts[slot] = text;
    return text;
  }

  /** The value that `owner` has read from the same bytes before, or that `read` makes of them now. */
  valueOf<T>(owner: object, bytes: Uint8Array, span: Span, read: () => T): T {
    const { start, end } = span;
    const length = end - start;
    if (length > mostBytes) return read();
    const slot = slotOf(bytes, start, end);
    const known = this.#values[slot];
    if (known !== undefined && known.owner === owner && known.length === length) {
      if (this.#isSame(known.start, bytes, span)) return known.value as T;
    }
    const value = read();
    this.#values[slot] = { owner, start: this.#copy(bytes, span), length, value };
    return value;
  }

  #isSame(at: number, bytes: Uint8Array, { start, end }: Span): boolean {
    const arena = this.#arena as Uint8Array;
    for (let index = start; index < end; index += 1)
      if (arena[at + index - start] !== bytes[index]) return false;
    return true;
  }

  /** Where a copy of the bytes is now: those of a file are not kept alive by what was read of it. */
  #copy(bytes: Uint8Array, { start, end }: Span): number {
    this.#arena ??= new Uint8Array(arenaBytes);
    if (this.#used + end - start > arenaBytes) {
      this.#values.fill(undefined);
      this.#used = 0;
    }
    const at = this.#used;
    for (let index = start; index < end; index += 1) this.#arena[at + index - start] = bytes[index] as number;
    this.#used += end - start;
    return at;
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let index = start; index < end; index += 1)
    hash = (Math.imul(hash, 31) + (bytes[index] as number)) | 0;
  return (hash ^ (hash >>> 15)) & (tableSize - 1);
}

/** Compared by code units: only ASCII can be equal, since other bytes never are a code unit of their own here. */
function sameText(text: string, bytes: Uint8Array, { start, end }: Span): boolean {
  if (text.length !== end - start) return false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f || unit !== bytes[start + index]) return false;
  }
  return true;
}
