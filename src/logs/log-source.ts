import { entryFacts, readBytes } from '../host/index.ts';
import { fullPieceEnd } from './piece-end.ts';

/**
 * One revision of a package's log: files in a row, read as one text. First what the manager notes while the job is
 * queued, then the log of each attempt, with further notes between them when a job goes back to the queue.
 *
 * Only the last file grows. Whoever adds a file has written the last byte of the one before; what is appended to an
 * earlier one all the same is delivered to those who have not gone past it, and never makes a follower repeat a byte.
 */
export interface LogSource {
  /** Absolute paths. The list only ever grows, at its end; a file need not exist yet. */
  segments(): readonly string[];
  /** Whether nothing more will be written. What is there when it first says so is still delivered. */
  isFinished(): boolean | Promise<boolean>;
}

/** Bytes of a log and where they stand in it. The bytes are shared: do not change them. */
export interface LogPiece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A file of a log as it is now. */
export interface LogSegment {
  readonly path: string;
  /** Offset of its first byte in the whole log. */
  readonly start: number;
  readonly sizeBytes: number;
}

/** Bytes of one piece that is read from disk. */
export const pieceBytes = 256 * 1024;

/** The files of a log with their present sizes. */
export function layoutOf(source: LogSource): readonly LogSegment[] {
  let start = 0;
  return source.segments().map((path) => {
    const sizeBytes = entryFacts(path)?.sizeBytes ?? 0;
    const segment = { path, start, sizeBytes };
    start += sizeBytes;
    return segment;
  });
}

const endOf = (segment: LogSegment | undefined): number =>
  segment === undefined ? 0 : segment.start + segment.sizeBytes;

/** Present length of the whole log in bytes. Throws SYS004. */
export function sizeOf(source: LogSource): number {
  return endOf(layoutOf(source).at(-1));
}

/**
 * The bytes from offset `from` up to `to` (not with it; default: the present end), in order. Offsets beyond the end
 * give nothing. Throws SYS004.
 */
export async function* readRange(
  source: LogSource,
  from: number,
  to?: number,
): AsyncGenerator<LogPiece, void> {
  yield* readLayout(layoutOf(source), from, to);
}

/** The same, of files whose sizes are known. */
export async function* readLayout(
  layout: readonly LogSegment[],
  from: number,
  to = Number.POSITIVE_INFINITY,
): AsyncGenerator<LogPiece, void> {
  for (const segment of layout) {
    const end = Math.min(to, endOf(segment));
    let offset = Math.max(from, segment.start);
    while (offset < end) {
      const wanted = Math.min(pieceBytes, end - offset);
      const read = await readBytes(segment.path, offset - segment.start, wanted);
      // A log that retention has removed meanwhile.
      if (read === undefined || read.byteLength === 0) return;
      const moreComes = read.byteLength === pieceBytes && offset + pieceBytes < end;
      const bytes = moreComes ? read.subarray(0, fullPieceEnd(read)) : read;
      yield { offset, bytes };
      offset += bytes.byteLength;
    }
  }
}

/** All bytes of a range that is known to be small. */
export async function bytesBetween(layout: readonly LogSegment[], from: number, to: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const { bytes } of readLayout(layout, from, to)) pieces.push(bytes);
  return Buffer.concat(pieces);
}
