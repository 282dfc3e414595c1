import { wholeBytes } from './byte-source.ts';
import {
  type DynamicSection,
  dynamicRange,
  type ElfFacts,
  type ElfLayout,
  type FileRange,
  layoutBytes,
  nameLibraries,
  noDynamicSection,
  readDynamic,
  readElf,
  readLayout,
} from './elf.ts';
import { type ElfSymbols, readElfSymbols } from './symbols.ts';

/**
 * Result of reading an ELF file in one pass: its facts, `none` when it is no ELF file, or that they were out of reach.
 * `symbols` are there when they were asked for and within reach.
 */
export type ElfReading =
  | { readonly kind: 'elf'; readonly facts: ElfFacts; readonly symbols?: ElfSymbols | undefined }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' };

/** A part of a stream that is kept. */
class Window {
  readonly range: FileRange;
  readonly #bytes: Uint8Array;
  #filled = 0;
  constructor(range: FileRange) {
    this.range = range;
    this.#bytes = new Uint8Array(range.size);
  }
  /** Copies what of a piece at `position` lies inside; pieces come in order. */
  take(piece: Uint8Array, position: number): void {
    const from = this.range.offset + this.#filled;
    if (from < position || from >= position + piece.byteLength || this.#filled === this.range.size) return;
    const part = piece.subarray(from - position, from - position + this.range.size - this.#filled);
    this.#bytes.set(part, this.#filled);
    this.#filled += part.byteLength;
  }
  get complete(): boolean {
    return this.#filled === this.range.size;
  }
  get bytes(): Uint8Array {
    return this.#bytes;
  }
}

/** The start of the file is kept up to here: nearly every file whole, and of the others the table of names. */
const headLimitBytes = 16 << 20;
const stringsLimitBytes = 64 << 20;

/**
 * Reads an ELF file that arrives in pieces. Memory: the first 16 MiB, and of larger files the dynamic section and
 * its table of names wherever they come (at most 64 MiB).
 */
export class ElfCollector {
  #head: Uint8Array[] = [];
  #position = 0;
  #layout: ElfLayout | undefined;
  #dynamicWindow: Window | undefined;
  #dynamic: DynamicSection | undefined;
  #stringsWindow: Window | undefined;
  #isElf: boolean | undefined;
  readonly #wantsSymbols: boolean;

  constructor(options: { readonly symbols?: boolean } = {}) {
    this.#wantsSymbols = options.symbols ?? false;
  }

  push(piece: Uint8Array): void {
    if (this.#isElf === false || piece.byteLength === 0) return;
    const before = this.#position;
    if (before < headLimitBytes) this.#head.push(Uint8Array.from(piece.subarray(0, headLimitBytes - before)));
    this.#position += piece.byteLength;
    if (this.#isElf === undefined && this.#position >= 4) {
      const [a, b, c, d] = Buffer.concat(this.#head.slice(0, 4));
      this.#isElf = a === 0x7f && b === 0x45 && c === 0x4c && d === 0x46;
      if (!this.#isElf) this.#head = [];
    }
    if (this.#position > headLimitBytes) this.#lookAhead(piece, before);
  }

  /** Behind the head: keep only what is known to matter. */
  #lookAhead(piece: Uint8Array, position: number): void {
    if (!this.#layout) {
      const head = Buffer.concat(this.#head);
      this.#head = [head];
      this.#layout = readLayout(wholeBytes(head.subarray(0, Math.max(layoutBytes, head.byteLength))));
      const range = this.#layout && dynamicRange(this.#layout);
      if (!this.#layout || !range) {
        this.#isElf = this.#layout ? this.#isElf : false;
        return;
      }
      this.#dynamicWindow = new Window(range);
      this.#dynamicWindow.take(head, 0);
    }
    this.#dynamicWindow?.take(piece, position);
    if (!this.#dynamic && this.#dynamicWindow?.complete) {
      this.#dynamic = readDynamic(this.#layout, this.#dynamicWindow.bytes);
      const range = this.#dynamic.strings;
      if (range && range.size <= stringsLimitBytes) {
        this.#stringsWindow = new Window(range);
        this.#stringsWindow.take(this.#head[0] ?? new Uint8Array(0), 0);
      }
    }
    this.#stringsWindow?.take(piece, position);
  }

  /** To be called once, after the last piece. */
  finish(): ElfReading {
    if (!this.#isElf) return { kind: 'none' };
    const head = Buffer.concat(this.#head);
    const reading: ElfReading =
      this.#position <= headLimitBytes ? readingOf(readElf(head)) : this.#finishLarge();
    // the tables of symbols stand in the first segment of what any linker makes
    return reading.kind === 'elf' && this.#wantsSymbols
      ? { ...reading, symbols: readElfSymbols(head) }
      : reading;
  }

  #finishLarge(): ElfReading {
    if (!this.#layout) return { kind: 'unreadable' };
    if (!this.#dynamicWindow) {
      return { kind: 'elf', facts: nameLibraries(this.#layout, noDynamicSection, new Uint8Array(0)) };
    }
    if (!this.#dynamic) return { kind: 'unreadable' };
    const strings = this.#stringsWindow?.complete ? this.#stringsWindow.bytes : undefined;
    return strings
      ? { kind: 'elf', facts: nameLibraries(this.#layout, this.#dynamic, strings) }
      : { kind: 'unreadable' };
  }
}

const readingOf = (facts: ElfFacts | undefined): ElfReading =>
  facts ? { kind: 'elf', facts } : { kind: 'unreadable' };
