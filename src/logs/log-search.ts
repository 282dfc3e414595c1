import { type LinePattern, type LineSearchBounds, type LineSearchNews, searchLines } from '../host/index.ts';
import { offsetOfLine } from './line-index.ts';
import { type LogSource, layoutOf } from './log-source.ts';

/** What to look for in a log. */
export interface LogSearch {
  readonly pattern: LinePattern;
  /** First line to look at, the first of the log being 1. */
  readonly fromLine: number;
  /** Hits to tell; those beyond are counted. */
  readonly maxHits: number;
}

/**
 * Looks through a log as far as it is written now; line numbers and offsets of the hits are those of the whole log. The
 * news come as something is found; the last one says whether all was read. Throws LOG002, LOG003 and SYS004.
 */
export async function* searchLog(
  source: LogSource,
  { pattern, fromLine, maxHits }: LogSearch,
  bounds: LineSearchBounds,
): AsyncGenerator<LineSearchNews, void> {
  const files = layoutOf(source).filter(({ sizeBytes }) => sizeBytes > 0);
  const end = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const offset = fromLine <= 1 ? 0 : ((await offsetOfLine(source, fromLine)) ?? end);
  const texts = [{ files, from: { line: Math.max(1, fromLine), offset } }];
  yield* searchLines({ texts, pattern, maxHits }, bounds);
}

/** The same for many logs, one file each and from their beginnings; the news name a log by its place in the list. */
export async function* searchLogs(
  paths: readonly string[],
  { pattern, maxHits }: Pick<LogSearch, 'pattern' | 'maxHits'>,
  bounds: LineSearchBounds,
): AsyncGenerator<LineSearchNews, void> {
  const texts = paths.map((path) => ({
    files: layoutOf({ segments: () => [path], isFinished: () => true }).filter(
      ({ sizeBytes }) => sizeBytes > 0,
    ),
    from: { line: 1, offset: 0 },
  }));
  yield* searchLines({ texts, pattern, maxHits }, bounds);
}
