import type { WordIndex } from './word-index.ts';

/** One line of a log that may say something: where it is, and what a person sees of it. */
export interface SeenLine {
  /** The first of the log is 1. */
  readonly line: number;
  /** Offset of its first byte in the log. */
  readonly offset: number;
  /** The line in Latin-1, one character for each byte. */
  readonly raw: string;
}

/** Longest part of a line that is kept while its end has not come. */
const longestLine = 64 * 1024;

/**
 * Cuts bytes into lines and calls `see` for those that contain one of the words. A line without an end takes no more
 * memory than 64 KiB; of a longer one its end is seen, which is what a terminal shows of a progress bar.
 */
export class LineSieve {
  readonly #words: Pick<WordIndex<unknown>, 'isIn' | 'next'>;
  readonly #see: (line: SeenLine) => void;
  #carry = '';
  /** Newlines before the carried line. */
  #newlines = 0;
  /** Offset of the carried line, and how many of its bytes were given up. */
  #offset = 0;
  #lost = 0;

  constructor(words: Pick<WordIndex<unknown>, 'isIn' | 'next'>, see: (line: SeenLine) => void) {
    this.#words = words;
    this.#see = see;
  }

  push(bytes: Uint8Array): void {
    const text =
      this.#carry + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) {
      const whole = text.slice(0, end);
      this.#sift(whole);
      this.#offset += end + this.#lost;
      this.#lost = 0;
    }
    this.#carry = text.slice(end);
    const tooMuch = this.#carry.length - longestLine;
    if (tooMuch <= 0) return;
    this.#lost += tooMuch;
    this.#carry = this.#carry.slice(tooMuch);
  }

  /** Takes what is left as a last line; returns the number of lines. */
  end(): number {
    if (this.#carry === '' && this.#lost === 0) return this.#newlines;
    this.#sift(this.#carry);
    this.#carry = '';
    this.#lost = 0;
    return this.#newlines + 1;
  }

  #sift(text: string): void {
    if (text.includes('\u001b')) this.#siftEach(text);
    else this.#siftWhole(text);
  }

  /** Colours may stand in the middle of a word, so each line is looked at by itself. */
  #siftEach(text: string): void {
    for (let start = 0; start < text.length; ) {
      const found = text.indexOf('\n', start);
      const end = found === -1 ? text.length : found;
      const raw = text.slice(start, end);
      const bare = raw.includes('\u001b') ? raw.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '') : raw;
      if (this.#words.isIn(bare.toLowerCase())) this.#tell(raw, start);
      if (found !== -1) this.#newlines += 1;
      start = end + 1;
    }
  }

  #siftWhole(text: string): void {
    const lower = text.toLowerCase();
    let counted = 0;
    const countTo = (place: number): void => {
      for (let at = text.indexOf('\n', counted); at !== -1 && at < place; at = text.indexOf('\n', at + 1)) {
        this.#newlines += 1;
        counted = at + 1;
      }
    };
    for (let at = this.#words.next(lower, 0); at !== -1; ) {
      const start = text.lastIndexOf('\n', at) + 1;
      const found = text.indexOf('\n', at);
      const end = found === -1 ? text.length : found;
      countTo(start);
      this.#tell(text.slice(start, end), start);
      at = found === -1 ? -1 : this.#words.next(lower, end + 1);
    }
    countTo(text.length);
  }

  #tell(raw: string, start: number): void {
    // of the first line of a piece a beginning may have been given up
    const offset = start === 0 ? this.#offset : this.#offset + start + this.#lost;
    this.#see({ line: this.#newlines + 1, offset, raw });
  }
}
