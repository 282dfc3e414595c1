import { fileURLToPath } from 'node:url';
import {
  findProgram,
  machine,
  runAfter,
  type StartedProcess,
  sendSignal,
  startProcess,
} from '../../host/index.ts';

/** One command of `packmill ci`, as a process of its own: whatever it does, the manager goes on. */
export interface UpkeepCommand {
  /** Words after `packmill`. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Gets each line of its standard error. */
  readonly say: (line: string) => void;
}

export interface UpkeepEnd {
  readonly code: number | undefined;
  readonly why: 'ended' | 'timed-out' | 'canceled';
  /** What it printed, when that is JSON. */
  readonly result: unknown;
  /** The last lines of its standard error. */
  readonly lines: readonly string[];
}

const program = fileURLToPath(new URL('../../../bin/packmill', import.meta.url));
const graceMs = 10_000;
const keptLines = 100;
const maxResultBytes = 64 * 2 ** 20;

/** Runs the command to its end; TERM when it takes too long or is called off, KILL ten seconds later. Throws SYS002. */
export async function runUpkeepCommand(command: UpkeepCommand): Promise<UpkeepEnd> {
  const own = [machine.runtime(), program, '--json', ...command.words];
  // a run that goes on without its manager would push while the next one does
  const [name, ...args] =
    findProgram('setpriv') === undefined ? own : ['setpriv', '--pdeathsig', 'KILL', ...own];
  const child = await startProcess(name as string, args, { env: command.environment, newSession: true });
  const result = gather(child);
  const lines = sayLines(child, command.say);
  const why = await endOf(child, command);
  const { code } = await child.ended;
  return { code, why, result: parsed(await result), lines: await lines };
}

async function endOf(child: StartedProcess, { timeoutMs, signal }: UpkeepCommand): Promise<UpkeepEnd['why']> {
  let why: UpkeepEnd['why'] = 'ended';
  let cancelKill: (() => void) | undefined;
  const stop = (reason: UpkeepEnd['why']): void => {
    if (why !== 'ended') return;
    why = reason;
    child.kill('SIGTERM');
    cancelKill = runAfter(graceMs, () => child.kill('SIGKILL'));
  };
  const cancel = (): void => stop('canceled');
  const cancelTimer = runAfter(timeoutMs, () => stop('timed-out'));
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  await child.ended;
  cancelTimer();
  cancelKill?.();
  signal.removeEventListener('abort', cancel);
  // a git of its that goes on would push after everybody thinks it is over
  sendSignal(-child.pid, 'SIGKILL');
  return why;
}

async function gather({ stdout }: StartedProcess): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stdout ?? []) {
    size += (piece as Buffer).byteLength;
    if (size <= maxResultBytes) pieces.push(piece as Buffer);
  }
  return size <= maxResultBytes ? Buffer.concat(pieces).toString('utf8') : '';
}

async function sayLines({ stderr }: StartedProcess, say: (line: string) => void): Promise<readonly string[]> {
  const kept: string[] = [];
  const take = (line: string): void => {
    if (line === '') return;
    say(line);
    kept.push(line);
    if (kept.length > keptLines) kept.shift();
  };
  let rest = '';
  stderr?.setEncoding('utf8');
  for await (const piece of stderr ?? []) {
    const lines = `${rest}${piece}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  }
  take(rest);
  return kept;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
