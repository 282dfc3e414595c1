import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fault, isFault } from '../diagnostics/index.ts';
import { type StartedProcess, startProcess } from './process.ts';

export interface Filter {
  readonly program: string;
  readonly args: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Nothing of ours but PATH reaches a program: variables change what it writes. */
export function environment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' };
}

/** Ends a program when the signal aborts, or has done so already; until the function that is returned is called. */
export function killOnAbort(started: StartedProcess, signal: AbortSignal | undefined): () => void {
  const stop = (): void => void started.kill('SIGKILL');
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  return () => signal?.removeEventListener('abort', stop);
}

/** Collects the last words of a program. */
export function lastWords(program: StartedProcess): () => string {
  let words = '';
  program.stderr?.on('data', (piece: Buffer) => {
    words = (words + piece.toString('utf8')).slice(-2000);
  });
  return () => words.trim();
}

export function failed(
  filter: Filter,
  end: { code: number | undefined; signal: string | undefined },
  words: string,
): Error {
  const how = end.signal === undefined ? `exit ${end.code}` : `killed by ${end.signal}`;
  return fault('SYS003', {
    what: `'${[filter.program, ...filter.args].join(' ')}' fails (${how})`,
    why: words === '' ? undefined : words,
  });
}

/** Waits for the end of a program and of what feeds it. Throws what went wrong, that of the pieces first. */
async function judgeEnd(
  filter: Filter,
  run: {
    readonly started: StartedProcess;
    readonly fed?: Promise<unknown> | undefined;
    readonly words: () => string;
  },
): Promise<void> {
  const end = await run.started.ended;
  const trouble = await run.fed;
  filter.signal?.throwIfAborted();
  if (trouble) throw trouble;
  if (end.code !== 0) throw failed(filter, end, run.words());
}

/**
 * Sends pieces through a program into a new file. Throws SYS001 when the program is missing, SYS003 when it fails, and what
 * the pieces throw.
 */
export async function filterToFile(
  filter: Filter,
  pieces: AsyncIterable<Uint8Array>,
  path: string,
): Promise<void> {
  const target = await open(path, 'wx', 0o644);
  try {
    const { program, args, signal } = filter;
    const started = await startProcess(program, args, {
      stdin: 'pipe',
      stdout: target.fd,
      env: environment(),
    });
    const words = lastWords(started);
    const letGo = killOnAbort(started, signal);
    try {
      await judgeEnd(filter, { started, fed: feed(pieces, started), words });
    } finally {
      letGo();
    }
  } finally {
    await target.close();
  }
}

/** Feeds a program; returns what the source threw. That the program stopped reading is told by its end. */
async function feed(pieces: AsyncIterable<Uint8Array>, started: StartedProcess): Promise<unknown> {
  let trouble: unknown;
  // what is thrown into a generator at its `yield` is the end of the program, not a fault of the pieces
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    const source = pieces[Symbol.asyncIterator]();
    const next = async (): Promise<IteratorResult<Uint8Array>> => {
      try {
        return await source.next();
      } catch (error) {
        trouble = error;
        started.kill('SIGKILL');
        return { done: true, value: undefined };
      }
    };
    try {
      for (let step = await next(); step.done !== true; step = await next()) yield step.value;
    } finally {
      await source.return?.();
    }
  };
  try {
    await pipeline(
      Readable.from(watched(), { objectMode: false, highWaterMark: 1 << 18 }),
      started.stdin as Writable,
    );
  } catch (error) {
    if (isFault(error)) return error;
  }
  return trouble;
}

/**
 * Reads a file through a program. Throws SYS001 when the program is missing and, at the end of the pieces, SYS003 when it
 * fails. Who stops reading early ends it.
 */
export async function* filterFile(filter: Filter, path: string): AsyncGenerator<Uint8Array> {
  const source = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  let started: StartedProcess;
  try {
    started = await startPrinting(filter, source.fd);
  } finally {
    await source.close();
  }
  yield* printed(filter, started);
}

/** What a program prints that reads nothing, in pieces. Throws SYS001, and at the end SYS003. Who stops reading early ends it. */
export async function* programPieces(filter: Filter): AsyncGenerator<Uint8Array> {
  yield* printed(filter, await startPrinting(filter, 'ignore'));
}

/**
 * Sends pieces through a program and gives what it prints, in pieces. Throws SYS001 when the program is missing, SYS003 at
 * the end when it fails, and what the pieces throw. Who stops reading early ends it.
 */
export async function* filterPieces(
  filter: Filter,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const started = await startPrinting(filter, 'pipe');
  yield* printed(filter, started, pieces);
}

async function startPrinting(
  { program, args }: Filter,
  stdin: number | 'pipe' | 'ignore',
): Promise<StartedProcess> {
  const started = await startProcess(program, args, { stdin, env: environment() });
  // when a program ends, Node throws away what nobody has begun to read
  started.stdout?.on('readable', () => {});
  return started;
}

/** What a program prints, which is fed with pieces unless it has a file to read; judged by its end. */
async function* printed(
  filter: Filter,
  started: StartedProcess,
  pieces?: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const words = lastWords(started);
  const letGo = killOnAbort(started, filter.signal);
  const fed = pieces && feed(pieces, started);
  let isRead = false;
  try {
    for await (const piece of started.stdout as Readable) yield piece as Uint8Array;
    isRead = true;
    await judgeEnd(filter, { started, fed, words });
  } finally {
    letGo();
    if (!isRead) {
      started.kill('SIGKILL');
      await fed;
    }
  }
}
