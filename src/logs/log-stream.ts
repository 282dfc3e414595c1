import { LogHub, type TailHold } from './log-hub.ts';
import { type LogPiece, type LogSource, layoutOf } from './log-source.ts';

export interface StreamOptions {
  /** First byte to deliver, default 0; beyond the end means the end. */
  readonly fromOffset?: number;
  readonly signal?: AbortSignal | undefined;
  /** Shared by all followers of the process; without it the follower has one of its own. */
  readonly hub?: LogHub;
}

/**
 * Delivers a log from an offset on: what is there, then what comes, each byte exactly once and in order, across its
 * files. Pieces end with a whole UTF-8 character wherever more is to come, large ones with a line. Ends when the log
 * is finished and delivered, or when the signal aborts. To go on later, start at `offset + bytes.byteLength` of the
 * last piece. Throws SYS004.
 */
export async function* followStream(
  source: LogSource,
  options: StreamOptions = {},
): AsyncGenerator<LogPiece, void> {
  const { signal, hub = new LogHub() } = options;
  let { index, within, offset } = placeOf(source, options.fromOffset ?? 0);
  let hold: TailHold | undefined;
  try {
    while (!signal?.aborted) {
      const seen = hold?.tail.version;
      // Both asked before reading: whatever was written until then is in the file now.
      const finished = await source.isFinished();
      const segments = source.segments();
      const path = segments[index];
      if (path === undefined) {
        if (finished) return;
        await hub.rest(signal);
        continue;
      }
      hold ??= hub.hold(path);
      const { tail } = hold;
      const isLast = index === segments.length - 1;
      for (;;) {
        const bytes = await tail.read(within, finished || !isLast);
        if (bytes.byteLength === 0 || signal?.aborted) break;
        const piece = { offset, bytes };
        offset += bytes.byteLength;
        within += bytes.byteLength;
        yield piece;
      }
      if (!isLast) {
        hold.release();
        hold = undefined;
        index += 1;
        within = 0;
      } else if (finished) return;
      else if (seen !== undefined) await tail.changed(seen, signal);
    }
  } finally {
    hold?.release();
  }
}

/** File and place in it of an offset of the whole log. */
function placeOf(
  source: LogSource,
  wanted: number,
): { readonly index: number; readonly within: number; readonly offset: number } {
  const layout = layoutOf(source);
  const last = layout.at(-1);
  const offset = Math.max(0, Math.min(wanted, last === undefined ? 0 : last.start + last.sizeBytes));
  const found = layout.findLastIndex(({ start }) => start <= offset);
  const index = Math.max(0, found);
  return { index, within: offset - (layout[index]?.start ?? 0), offset };
}
