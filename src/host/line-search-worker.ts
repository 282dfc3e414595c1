// A thread that looks for lines in files, so that the event loop goes on and an expression that takes for ever can be ended.
// Started by line-search.ts.
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type LineHit, LineMatcher } from './line-matcher.ts';
import type { LineSearch, LineSearchNews } from './line-search.ts';

const pieceBytes = 1 << 20;
const newline = 0x0a;
/** Hits told at once, and the least time between two messages in bytes read. */
const hitsAtOnce = 100;
const bytesAtOnce = 16 * pieceBytes;

const { files, from, pattern, maxHits } = workerData as LineSearch;
const matcher = new LineMatcher(pattern);
const buffer = Buffer.allocUnsafe(2 * pieceBytes);

let line = from.line;
let offset = from.offset;
let total = 0;
let readBytes = 0;
let told = 0;
let hits: LineHit[] = [];
/** Bytes at the start of the buffer that belong to a line whose end has not come. */
let carried = 0;

const tell = (isOver: boolean): void => {
  const news: LineSearchNews = { hits, total, readBytes, isOver };
  parentPort?.postMessage(news);
  hits = [];
  told = readBytes;
};

function look(byteLength: number): void {
  const text = buffer.toString('latin1', 0, byteLength);
  const newlines = matcher.match(text, { line, offset }, (hit) => {
    total += 1;
    if (total <= maxHits) hits.push(hit);
  });
  line += newlines;
  offset += byteLength;
  if (hits.length >= hitsAtOnce || readBytes - told >= bytesAtOnce) tell(false);
}

function lookThrough(path: string, begin: number, end: number): void {
  const file = openSync(path, 'r');
  try {
    for (let at = begin; at < end; ) {
      const count = readSync(file, buffer, carried, Math.min(pieceBytes, end - at), at);
      if (count === 0) return;
      at += count;
      readBytes += count;
      const filled = carried + count;
      const last = buffer.subarray(0, filled).lastIndexOf(newline) + 1;
      // a line longer than a piece is looked at in parts
      const whole = last > 0 ? last : filled >= pieceBytes ? filled : 0;
      if (whole > 0) look(whole);
      buffer.copyWithin(0, whole, filled);
      carried = filled - whole;
    }
  } finally {
    closeSync(file);
  }
}

let start = 0;
for (const { path, sizeBytes } of files) {
  const begin = Math.max(0, from.offset - start);
  if (begin < sizeBytes) lookThrough(path, begin, sizeBytes);
  start += sizeBytes;
}
if (carried > 0) look(carried);
tell(true);
