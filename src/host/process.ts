import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { fault, messageOf, type ProblemError } from '../diagnostics/index.ts';

/** How a program of ours ended. `why` tells apart what it did itself from what we did to it. */
export interface ProcessResult {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly why: 'ended' | 'timed-out' | 'canceled' | 'too-much-output';
  /** UTF-8 text; malformed bytes become U+FFFD. */
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Uint8Array;
}

export interface ProcessOptions {
  readonly cwd?: string | undefined;
  /** The whole environment; undefined: packmill's own. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Bytes for standard input; without them it is empty. */
  readonly input?: string | Uint8Array | undefined;
  /** TERM after this many milliseconds, KILL two seconds later; undefined: no limit. */
  readonly timeoutMs?: number | undefined;
  /** Aborting ends the program in the same way. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes kept of stdout and of stderr each, default 64 MiB; a program that prints more is ended. */
  readonly maxOutputBytes?: number | undefined;
  /** User and group to run as; only root may ask. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

const defaultMaxOutputBytes = 64 * 1024 * 1024;
const graceMs = 2_000;

/** The problem of a program that did not start: SYS001 when there is none of that name, SYS002 otherwise. */
export function startProblem(command: string, error: unknown): ProblemError {
  const code = (error as { code?: string }).code;
  if (code === 'ENOENT') {
    return fault('SYS001', { what: `'${command}' is not installed`, cause: error });
  }
  const message = messageOf(error);
  return fault('SYS002', { what: `'${command}' does not start: ${message}`, cause: error });
}

/** A program whose standard streams the caller handles. */
export interface StartedProcess {
  readonly pid: number;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  /** Streams of `channels`, in their order: descriptors 3, 4, ... of the program. */
  readonly channels: readonly (Readable & Writable)[];
  /** Resolves when the program itself has ended; its streams may still be open. */
  readonly ended: Promise<{ readonly code: number | undefined; readonly signal: string | undefined }>;
  /** Sends a signal; false when the program is gone. */
  kill(signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): boolean;
}

export interface StartOptions {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** A number is a descriptor of ours that the program reads. */
  readonly stdin?: 'pipe' | 'ignore' | number | undefined;
  /** A number is a descriptor of ours that the program takes over as its own; a stream, the input of another program. */
  readonly stdout?: 'pipe' | 'ignore' | 'inherit' | number | Writable | undefined;
  readonly stderr?: 'pipe' | 'ignore' | 'inherit' | number | undefined;
  /** Whether it gets a session of its own, so that keys pressed at our terminal do not reach it. */
  readonly newSession?: boolean | undefined;
  /** How many extra two-way streams the program gets, from descriptor 3 on. */
  readonly channels?: number | undefined;
}

function spawnOptions(options: StartOptions | ProcessOptions) {
  return {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
    windowsHide: true,
  };
}

/** Waits until the system has started the program, or throws SYS001 or SYS002. */
function whenStarted(child: ChildProcess, command: string, cwd: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.once('error', (error) => {
      // Node blames the program when it is the working directory that is missing.
      if (cwd === undefined || existsSync(cwd)) reject(startProblem(command, error));
      else
        reject(
          fault('SYS004', { what: `the folder '${cwd}' to run '${command}' in is missing`, cause: error }),
        );
    });
  });
}

/** Starts a program (no shell is involved) and returns once it runs. Throws SYS001 or SYS002. */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: StartOptions = {},
): Promise<StartedProcess> {
  const channelCount = options.channels ?? 0;
  const child = spawn(command, args, {
    ...spawnOptions(options),
    detached: options.newSession ?? false,
    stdio: [
      options.stdin ?? 'ignore',
      options.stdout ?? 'pipe',
      options.stderr ?? 'pipe',
      ...Array.from({ length: channelCount }, () => 'pipe' as const),
    ],
  });
  const ended = new Promise<{ code: number | undefined; signal: string | undefined }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
  });
  const pid = await whenStarted(child, command, options.cwd);
  const channels = child.stdio.slice(3) as unknown as (Readable & Writable)[];
  // A peer that closes its end early is an ordinary event, seen as the stream's end.
  for (const stream of [child.stdin, ...channels]) stream?.on('error', () => {});
  return {
    pid,
    stdin: child.stdin ?? undefined,
    stdout: child.stdout ?? undefined,
    stderr: child.stderr ?? undefined,
    channels,
    ended,
    kill: (signal) => child.kill(signal),
  };
}

/** Keeps the bytes of one stream up to a limit and says when there are more. */
function collect(stream: Readable | null, limit: number, onTooMuch: () => void): () => Buffer {
  const pieces: Buffer[] = [];
  let size = 0;
  stream?.on('data', (piece: Buffer) => {
    if (size >= limit) return;
    const kept = piece.subarray(0, limit - size);
    pieces.push(kept);
    size += kept.byteLength;
    if (kept.byteLength < piece.byteLength) onTooMuch();
  });
  return () => Buffer.concat(pieces);
}

/**
 * Runs a program to its end and returns what it printed; a non-zero exit is a result, not an error.
 * No shell is involved. Throws SYS001 (not installed) or SYS002 (does not start).
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const child = spawn(command, args, {
    ...spawnOptions(options),
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let why: ProcessResult['why'] = 'ended';
  let killTimer: NodeJS.Timeout | undefined;
  const stop = (reason: ProcessResult['why']): void => {
    if (why !== 'ended') return;
    why = reason;
    child.kill('SIGTERM');
    killTimer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  };
  const limit = options.maxOutputBytes ?? defaultMaxOutputBytes;
  const stdout = collect(child.stdout, limit, () => stop('too-much-output'));
  const stderr = collect(child.stderr, limit, () => stop('too-much-output'));
  const closed = closing(child);
  child.stdin?.on('error', () => {});
  await whenStarted(child, command, options.cwd);
  const cancel = (): void => stop('canceled');
  options.signal?.addEventListener('abort', cancel, { once: true });
  if (options.signal?.aborted) cancel();
  const timer =
    options.timeoutMs === undefined ? undefined : setTimeout(stop, options.timeoutMs, 'timed-out');
  if (options.input !== undefined) child.stdin?.end(options.input);
  const end = await closed;
  clearTimeout(timer);
  clearTimeout(killTimer);
  options.signal?.removeEventListener('abort', cancel);
  const bytes = stdout();
  return {
    ...end,
    why,
    stdout: bytes.toString('utf8'),
    stderr: stderr().toString('utf8'),
    stdoutBytes: bytes,
  };
}

/** Waits for the program and its output; a grandchild that keeps the pipes open is not waited for. */
function closing(child: ChildProcess): Promise<{ code: number | undefined; signal: string | undefined }> {
  return new Promise((resolve) => {
    let straggler: NodeJS.Timeout | undefined;
    child.once('exit', () => {
      straggler = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, graceMs);
    });
    child.once('close', (code, signal) => {
      clearTimeout(straggler);
      resolve({ code: code ?? undefined, signal: signal ?? undefined });
    });
  });
}

/**
 * Like `runProcess`, for programs whose failure is a failure of the world: returns the result of exit 0
 * and throws SYS003 with the end of what was printed otherwise.
 */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const result = await runProcess(command, args, options);
  if (result.code === 0 && result.why === 'ended') return result;
  const how =
    result.why === 'ended'
      ? result.signal === undefined
        ? `exit ${result.code}`
        : `killed by ${result.signal}`
      : result.why;
  const printed = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-5).join('\n');
  throw fault('SYS003', {
    what: `'${[command, ...args].join(' ').slice(0, 200)}' fails (${how})`,
    why: printed === '' ? undefined : printed,
  });
}
