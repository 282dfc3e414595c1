// A thread that looks for lines in files, so that the event loop goes on and an expression that takes for ever can be ended.
// Started by line-search.ts.
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type LineHit, LineMatcher } from './line-matcher.ts';
import type { LineSearch, LineSearchNews, SearchedText } from './line-search.ts';

const pieceBytes = 1 << 20;
const newline = 0x0a;
/** Hits told at once, and the least time between two messages in bytes read. */
const hitsAtOnce = 100;
const bytesAtOnce = 16 * pieceBytes;

const { texts, pattern, maxHits } = workerData as LineSearch;
const matcher = new LineMatcher(pattern);
const buffer = Buffer.allocUnsafe(2 * pieceBytes);
let readBytes = 0;

/** Looks through one text. */
class Search {
  readonly #text: number;
  #line: number;
  #offset: number;
  #total = 0;
  #told = readBytes;
  #hits: LineHit[] = [];
  /** Bytes at the start of the buffer that belong to a line whose end has not come. */
  #carried = 0;

  constructor(text: number, from: SearchedText['from']) {
    this.#text = text;
    this.#line = from.line;
    this.#offset = from.offset;
  }

  lookThrough(path: string, begin: number, end: number): void {
    const file = openSync(path, 'r');
    try {
      for (let at = begin; at < end; ) {
        const count = readSync(file, buffer, this.#carried, Math.min(pieceBytes, end - at), at);
        if (count === 0) return;
        at += count;
        readBytes += count;
        const filled = this.#carried + count;
        const last = buffer.subarray(0, filled).lastIndexOf(newline) + 1;
        // a line longer than a piece is looked at in parts
        const whole = last > 0 ? last : filled >= pieceBytes ? filled : 0;
        if (whole > 0) this.#look(whole);
        buffer.copyWithin(0, whole, filled);
        this.#carried = filled - whole;
      }
    } finally {
      closeSync(file);
    }
  }

  end(): void {
    if (this.#carried > 0) this.#look(this.#carried);
    this.#tell(true);
  }

  #look(byteLength: number): void {
    const text = buffer.toString('latin1', 0, byteLength);
    this.#line += matcher.match(text, { line: this.#line, offset: this.#offset }, (hit) => {
      this.#total += 1;
      if (this.#total <= maxHits) this.#hits.push(hit);
    });
    this.#offset += byteLength;
    if (this.#hits.length >= hitsAtOnce || readBytes - this.#told >= bytesAtOnce) this.#tell(false);
  }

  #tell(isOver: boolean): void {
    const news: LineSearchNews = {
      text: this.#text,
      hits: this.#hits,
      total: this.#total,
      readBytes,
      isOver,
    };
    parentPort?.postMessage(news);
    this.#hits = [];
    this.#told = readBytes;
  }
}

for (const [number, { files, from }] of texts.entries()) {
  const search = new Search(number, from);
  let start = 0;
  for (const { path, sizeBytes } of files) {
    const begin = Math.max(0, from.offset - start);
    if (begin < sizeBytes) search.lookThrough(path, begin, sizeBytes);
    start += sizeBytes;
  }
  search.end();
}
