import { createInterface } from 'node:readline/promises';
import { pathProblem } from './file-entry.ts';

/** The streams a command talks to people and programs through. */
export interface Console {
  /** Standard output: what was asked for. */
  out(text: string): void;
  /** Standard error: progress and complaints. */
  err(text: string): void;
  /** Aborts when nobody reads standard output any more (`packmill … | head`). */
  readonly outGone: AbortSignal;
  readonly errIsTerminal: boolean;
  /** Standard output is a terminal that is not dumb. */
  readonly outIsTerminal?: boolean;
  /** Standard error is a terminal on which the cursor can be moved. */
  readonly errCanRewrite: boolean;
  /** Size of the terminal behind standard error. */
  columns(): number;
  rows(): number;
  /** Resolves when everything written has been handed to the system. */
  flush(): Promise<void>;
}

const outGone = new AbortController();
const errGone = new AbortController();
const errIsTerminal = process.stderr.isTTY === true;

export const systemConsole: Console = {
  out: (text) => {
    if (!outGone.signal.aborted) process.stdout.write(text);
  },
  err: (text) => {
    if (!errGone.signal.aborted) process.stderr.write(text);
  },
  outGone: outGone.signal,
  errIsTerminal,
  outIsTerminal: process.stdout.isTTY === true && process.env.TERM !== 'dumb',
  errCanRewrite: errIsTerminal && process.env.TERM !== 'dumb',
  columns: () => process.stderr.columns ?? 80,
  rows: () => process.stderr.rows ?? 24,
  flush: async () => {
    for (const [stream, gone] of [
      [process.stdout, outGone],
      [process.stderr, errGone],
    ] as const) {
      if (!gone.signal.aborted) await new Promise<void>((resolve) => stream.write('', () => resolve()));
    }
  },
};

/**
 * A reader or terminal that went away must neither crash a command nor end its work: what is still written
 * goes nowhere, and the command ends with the exit code that it deserves.
 */
export function tolerateClosedPipes(): void {
  process.stdout.on('error', () => outGone.abort());
  process.stderr.on('error', () => errGone.abort());
}

/** Hands errors that nobody caught to `report`, and ends the process with the exit code it returns. */
export function onCrash(report: (error: unknown) => number): void {
  process.on('uncaughtException', (error) => process.exit(report(error)));
  process.on('unhandledRejection', (error) => process.exit(report(error)));
}

/** Calls back on the first interrupt or termination request; a second one ends the process at once. */
export function onInterrupt(callback: (signal: string) => void): () => void {
  let count = 0;
  const handler = (signal: string): void => {
    count += 1;
    if (count > 1) process.exit(130);
    callback(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, handler);
  return () => {
    for (const signal of signals) process.off(signal, handler);
  };
}

/** Resolves when a signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * Does work whose signal aborts on the first interrupt or termination request, of which `onStop` is told by the name of the
 * signal; what it returns is the signal's reason. A second one ends the process at once. Returns and throws what the work does.
 */
export async function interruptible<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  onStop: (signal: string) => unknown = () => undefined,
): Promise<Result> {
  const stop = new AbortController();
  const forget = onInterrupt((signal) => {
    stop.abort(onStop(signal));
  });
  try {
    return await work(stop.signal);
  } finally {
    forget();
  }
}

/** All bytes of standard input up to its end; more than `mostBytes` are an error (SYS004). */
export async function readStandardInput(mostBytes: number): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let left = mostBytes;
  for await (const piece of process.stdin) {
    const bytes = Buffer.from(piece as Buffer | string);
    left -= bytes.byteLength;
    if (left < 0) {
      const cause = new Error(`there are more than ${mostBytes} bytes`);
      throw pathProblem('read', 'standard input', cause);
    }
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

/**
 * Takes errors of promises that nobody awaits, in place of those who listened so far, until the function that is returned
 * is called: programs of others that run within ours forget an `await` now and then.
 */
export function onStrayRejection(take: (error: unknown) => void): () => void {
  const before = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', take);
  return () => {
    process.off('unhandledRejection', take);
    for (const listener of before) process.on('unhandledRejection', listener);
  };
}

/** Asks the person at the terminal for one line; undefined when there is none, as standard input is no terminal or ends. */
export async function askLine(question: string): Promise<string | undefined> {
  if (process.stdin.isTTY !== true) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } catch {
    return undefined;
  } finally {
    lines.close();
  }
}
