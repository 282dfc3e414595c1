import { entryFacts, readBytes, textIfThere, watchFile } from '../host/index.ts';
import { phasesPath } from './log-path.ts';

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
 * Delivers a log's bytes, each exactly once and in order: what is there, then what comes, until the log is
 * finished or the signal aborts. The file need not exist yet.
 */
export async function* followLog(path: string, options: FollowOptions): AsyncGenerator<Uint8Array, void> {
  const { signal, isFinished, pollMs = 500 } = options;
  const watch = watchFile(path);
  try {
    let offset = options.fromOffset ?? 0;
    while (!signal?.aborted) {
      // Asked before reading: whatever was written until then is in the file now.
      const finished = await isFinished();
      for (;;) {
        const piece = await readBytes(path, offset, pieceBytes);
        if (piece === undefined || piece.byteLength === 0 || signal?.aborted) break;
        offset += piece.byteLength;
        yield piece;
      }
      if (finished) return;
      await watch.changed(pollMs, signal);
    }
  } finally {
    watch.close();
  }
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
