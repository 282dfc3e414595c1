import { blockBytes, countNewlines, type LineCounts, lineCounts } from './line-counts.ts';
import { bytesBetween, type LogSegment, type LogSource, layoutOf } from './log-source.ts';
import { wholeCharacters } from './piece-end.ts';

const newline = 0x0a;

interface CountedSegment extends LogSegment, LineCounts {
  /** Newlines of the whole log before this file. */
  readonly before: number;
}

/** The files of a log as far as they are counted now; sizes and counts are of the same moment. */
async function counted(source: LogSource): Promise<readonly CountedSegment[]> {
  const segments: CountedSegment[] = [];
  let start = 0;
  let before = 0;
  for (const path of source.segments()) {
    const counts = await lineCounts(path);
    segments.push({ path, start, before, ...counts });
    start += counts.sizeBytes;
    before += counts.newlines;
  }
  return segments;
}

/** How many lines a log has; an unfinished last one counts. Throws SYS004. */
export async function lineCount(source: LogSource): Promise<number> {
  const segments = await counted(source);
  const last = segments.findLast(({ sizeBytes }) => sizeBytes > 0);
  if (last === undefined) return 0;
  const end = last.start + last.sizeBytes;
  const [final] = await bytesBetween(segments, end - 1, end);
  return last.before + last.newlines + (final === newline ? 0 : 1);
}

/** Offset of the first byte of a line, the first line being 1; undefined when there are fewer. Throws SYS004. */
export async function offsetOfLine(source: LogSource, line: number): Promise<number | undefined> {
  const segments = await counted(source);
  const last = segments.at(-1);
  const end = last === undefined ? 0 : last.start + last.sizeBytes;
  if (line <= 1) return end > 0 ? 0 : undefined;
  // The line begins after this newline of the whole log.
  const wanted = line - 1;
  const segment = segments.find(({ before, newlines }) => wanted <= before + newlines);
  if (segment === undefined) return undefined;
  const offset = await afterNewline(segment, wanted - segment.before);
  return offset === undefined || offset >= end ? undefined : offset;
}

/** Offset in the whole log after the `nth` newline of a file that has as many. */
async function afterNewline(segment: CountedSegment, nth: number): Promise<number | undefined> {
  const block = firstAtLeast(segment.counts, nth);
  const from = segment.start + block * blockBytes;
  const to = Math.min(from + blockBytes, segment.start + segment.sizeBytes);
  const bytes = await bytesBetween([segment], from, to);
  let left = nth - (segment.counts[block - 1] ?? 0);
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) {
    left -= 1;
    if (left === 0) return from + at + 1;
  }
  return undefined;
}

/** Index of the first of the ascending numbers that is at least `wanted`; their count when none is. */
function firstAtLeast(ascending: readonly number[], wanted: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Number of the line that a byte belongs to, the first being 1; beyond the end: of the last byte's. Throws SYS004. */
export async function lineAtOffset(source: LogSource, offset: number): Promise<number> {
  const segments = await counted(source);
  const last = segments.findLast(({ sizeBytes }) => sizeBytes > 0);
  if (last === undefined) return 1;
  const at = Math.max(0, Math.min(offset, last.start + last.sizeBytes - 1));
  const segment = segments.findLast(({ start, sizeBytes }) => start <= at && sizeBytes > 0) ?? last;
  const block = Math.floor((at - segment.start) / blockBytes);
  const before = segment.before + (segment.counts[block - 1] ?? 0);
  const bytes = await bytesBetween([segment], segment.start + block * blockBytes, at);
  return before + countNewlines(bytes) + 1;
}

/**
 * Offset at which the last `lines` lines begin, read backwards from the end. Of lines so long that they exceed
 * `maxBytes` (default 4 MiB) it is the end alone, from a whole character on. Throws SYS004.
 */
export async function tailOffset(
  source: LogSource,
  lines: number,
  options: { readonly maxBytes?: number } = {},
): Promise<number> {
  const layout = layoutOf(source);
  const last = layout.at(-1);
  const end = last === undefined ? 0 : last.start + last.sizeBytes;
  if (lines <= 0) return end;
  const floor = Math.max(0, end - (options.maxBytes ?? 4 * 1024 * 1024));
  let left = lines;
  for (let to = end; to > floor; ) {
    const from = Math.max(floor, to - blockBytes);
    const bytes = await bytesBetween(layout, from, to);
    for (let at = bytes.lastIndexOf(newline); at !== -1; ) {
      // The newline that ends the log begins no line.
      if (from + at + 1 < end) left -= 1;
      if (left === 0) return from + at + 1;
      at = at === 0 ? -1 : bytes.lastIndexOf(newline, at - 1);
    }
    to = from;
  }
  if (floor === 0) return 0;
  const cut = await bytesBetween(layout, Math.max(0, floor - 3), floor);
  // A character that began before is left out as a whole.
  const begun = cut.byteLength - wholeCharacters(cut);
  if (begun === 0) return floor;
  const next = await bytesBetween(layout, floor, Math.min(end, floor + 3));
  let continued = 0;
  while (continued < next.byteLength && ((next[continued] ?? 0) & 0xc0) === 0x80) continued += 1;
  return floor + continued;
}
