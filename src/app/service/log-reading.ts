import { entryFacts, readBytes, systemClock } from '../../host/index.ts';
import { followLog } from '../../logs/index.ts';
import type { LogRevision } from './log-revision.ts';

/** Some bytes of a log and the offset of the first of them. */
export interface LogBytes {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Reads a revision's files as one stream of bytes. Only the last file grows, and files are only added behind it. */
export interface LogReading {
  /** Each byte from `fromOffset` on once and in order: what there is, then what comes, until the end or the signal. */
  follow(
    revision: LogRevision,
    options: { readonly fromOffset?: number; readonly signal: AbortSignal },
  ): AsyncIterable<LogBytes>;
  /** Bytes there are now. */
  size(revision: LogRevision): Promise<number>;
  /** Bytes `from` up to and without `to`, as far as they are there. */
  range(revision: LogRevision, from: number, to: number): AsyncIterable<Uint8Array>;
  /** Where a line begins (the first is 1); the size of the log when it has fewer. */
  offsetOfLine(revision: LogRevision, line: number): Promise<number>;
  /** Where the last `lines` lines begin. A line that is being written counts. */
  tailOffset(revision: LogRevision, lines: number): Promise<number>;
}

const pieceBytes = 64 * 1024;
const newline = 0x0a;

interface Segment {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

function segmentsOf(revision: LogRevision): readonly Segment[] {
  let start = 0;
  return revision.segments().map((path) => {
    const segment = { path, start, end: start + (entryFacts(path)?.sizeBytes ?? 0) };
    start = segment.end;
    return segment;
  });
}

const sizeOf = (revision: LogRevision): number => segmentsOf(revision).at(-1)?.end ?? 0;

async function* readRange(revision: LogRevision, from: number, to: number): AsyncGenerator<Uint8Array> {
  let at = from;
  for (const { path, start, end } of segmentsOf(revision)) {
    while (at < Math.min(end, to)) {
      const piece = await readBytes(path, at - start, Math.min(pieceBytes, Math.min(end, to) - at));
      if (piece === undefined || piece.byteLength === 0) return;
      at += piece.byteLength;
      yield piece;
    }
  }
}

async function* follow(
  revision: LogRevision,
  options: { readonly fromOffset?: number; readonly signal: AbortSignal },
): AsyncGenerator<LogBytes> {
  const { signal } = options;
  let offset = options.fromOffset ?? 0;
  // Whole files before the offset are passed over, the one that it lies in is begun in the middle.
  const known = segmentsOf(revision);
  let index = known.findIndex((segment, at) => offset < segment.end || at === known.length - 1);
  if (index === -1) index = 0;
  let within = Math.max(0, offset - (known[index]?.start ?? 0));
  for (; !signal.aborted; index += 1, within = 0) {
    const path = revision.segments()[index];
    if (path === undefined && revision.isFinished() && revision.segments().length <= index) return;
    if (path === undefined) {
      await nextSegment(revision, index, signal);
      index -= 1;
      continue;
    }
    const isFinished = (): boolean => revision.isFinished() || revision.segments().length > index + 1;
    for await (const bytes of followLog(path, { fromOffset: within, signal, isFinished, pollMs: 250 })) {
      yield { offset, bytes };
      offset += bytes.byteLength;
    }
    if (revision.isFinished() && revision.segments().length <= index + 1) return;
  }
}

/** Waits for one more file: its coming is seen in the list only. */
async function nextSegment(revision: LogRevision, index: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && revision.segments().length <= index && !revision.isFinished()) {
    await systemClock.sleep(250, signal);
  }
}

async function offsetOfLine(revision: LogRevision, line: number): Promise<number> {
  if (line <= 1) return 0;
  let offset = 0;
  let left = line - 1;
  for await (const piece of readRange(revision, 0, sizeOf(revision))) {
    for (let at = piece.indexOf(newline); at !== -1; at = piece.indexOf(newline, at + 1)) {
      left -= 1;
      if (left === 0) return offset + at + 1;
    }
    offset += piece.byteLength;
  }
  return offset;
}

async function tailOffset(revision: LogRevision, lines: number): Promise<number> {
  const size = sizeOf(revision);
  if (lines === 0) return size;
  let left = lines;
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - pieceBytes);
    const pieces: Uint8Array[] = [];
    for await (const piece of readRange(revision, start, end)) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    // The newline at the very end ends the last line and begins none.
    let from = end === size ? bytes.byteLength - 2 : bytes.byteLength - 1;
    for (let at = bytes.lastIndexOf(newline, from); from >= 0 && at !== -1; ) {
      left -= 1;
      if (left === 0) return start + at + 1;
      from = at - 1;
      at = from < 0 ? -1 : bytes.lastIndexOf(newline, from);
    }
    end = start;
  }
  return 0;
}

/** Reads revisions straight from their files. */
export function readLogFiles(): LogReading {
  return { follow, size: async (revision) => sizeOf(revision), range: readRange, offsetOfLine, tailOffset };
}
