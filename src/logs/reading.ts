import { entryFacts, readBytes, textIfThere } from '../host/index.ts';
import { LogHub } from './log-hub.ts';
import { phasesPath } from './log-path.ts';
import { followStream } from './log-stream.ts';

const pieceBytes = 64 * 1024;

/** Bytes of a log from `offset` to its present end; empty when there is no such file (yet). */
export async function readLog(path: string, offset = 0): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let at = offset; ; ) {
    const piece = await readBytes(path, at, pieceBytes);
    if (piece === undefined || piece.byteLength === 0) return Buffer.concat(pieces);
    pieces.push(piece);
    at += piece.byteLength;
  }
}

export interface FollowOptions {
  /** First byte to deliver, default 0. */
  readonly fromOffset?: number;
  readonly signal?: AbortSignal;
  /** Whether nothing more will be written. What is in the file when it first says so is still delivered. */
  readonly isFinished: () => boolean | Promise<boolean>;
  /** How often to look where the system tells of no changes, default 500. */
  readonly pollMs?: number;
}

/**
 * Delivers the bytes of one file, each exactly once and in order: what is there, then what comes, until the log is
 * finished or the signal aborts. The file need not exist yet. `followStream` does the same for many at once.
 */
export async function* followLog(path: string, options: FollowOptions): AsyncGenerator<Uint8Array, void> {
  const { fromOffset = 0, signal, isFinished, pollMs = 500 } = options;
  const source = { segments: () => [path], isFinished };
  const hub = new LogHub({ pollMs });
  for await (const { bytes } of followStream(source, { fromOffset, signal, hub })) yield bytes;
}

/** Where a phase of an attempt begins in its log, and when it did. */
export interface LogPhase {
  readonly name: string;
  readonly offset: number;
  readonly atMs: number;
}

/** The phase index of a log; lines that a crash has cut short are left out. */
export async function readPhases(path: string): Promise<readonly LogPhase[]> {
  const text = textIfThere(phasesPath(path)) ?? '';
  return text.split('\n').flatMap((line) => {
    try {
      const { name, offset, atMs } = JSON.parse(line) as Partial<LogPhase>;
      const whole = typeof name === 'string' && typeof offset === 'number' && typeof atMs === 'number';
      return whole ? [{ name, offset, atMs }] : [];
    } catch {
      return [];
    }
  });
}

/** The last lines of a log (default 20, out of its last `maxBytes`, default 256 KiB) as UTF-8 text. */
export async function tailText(
  path: string,
  options: { readonly lines?: number; readonly maxBytes?: number } = {},
): Promise<string> {
  const { lines = 20, maxBytes = 256 * 1024 } = options;
  const sizeBytes = entryFacts(path)?.sizeBytes ?? 0;
  const from = Math.max(0, sizeBytes - maxBytes);
  const text = Buffer.from((await readBytes(path, from, sizeBytes - from)) ?? []).toString('utf8');
  const all = text.replace(/\n$/, '').split('\n');
  // The first line may have lost its beginning, unless the log begins with it.
  const whole = from === 0 || all.length === 1 ? all : all.slice(1);
  return whole.slice(-lines).join('\n');
}
