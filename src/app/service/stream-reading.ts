import { followStream, type LogHub, offsetOfLine, readRange, sizeOf, tailOffset } from '../../logs/index.ts';
import type { LogReading } from './log-reading.ts';

/** Logs by way of a hub: however many read one, its file is watched and read once. */
export function streamReading(hub: LogHub): LogReading {
  return {
    follow: (revision, { fromOffset, signal }) =>
      followStream(revision, { hub, signal, ...(fromOffset === undefined ? {} : { fromOffset }) }),
    size: async (revision) => sizeOf(revision),
    range: (revision, from, to) => bytesOf(readRange(revision, from, to)),
    offsetOfLine: async (revision, line) => (await offsetOfLine(revision, line)) ?? sizeOf(revision),
    tailOffset: (revision, lines) => tailOffset(revision, lines),
  };
}

async function* bytesOf(pieces: AsyncIterable<{ readonly bytes: Uint8Array }>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of pieces) yield bytes;
}
