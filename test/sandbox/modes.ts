import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeTree } from '../../src/host/index.ts';
import type { LayerContents, SandboxCommand, SandboxResult } from '../../src/sandbox/index.ts';

/** Whom packmill runs as. On a machine where the tests are not root there is only one possibility. */
export type Mode = 'root' | 'ordinary';
export const modes: readonly Mode[] = process.getuid?.() === 0 ? ['root', 'ordinary'] : ['ordinary'];

/** Number of an ordinary user that owns nothing. */
export const ordinaryId = 65_534;

export interface Ran {
  readonly result?: SandboxResult;
  readonly output: string;
  readonly problem?: { readonly code: string; readonly what: string; readonly why?: string };
}

export interface Request {
  readonly folder: string;
  readonly hidden: readonly string[];
  readonly command: SandboxCommand;
  readonly contents: LayerContents | undefined;
  readonly abortAfterMs: number | undefined;
  readonly ordinary: boolean;
}

const programs = fileURLToPath(new URL('../../testdata/programs', import.meta.url));
const worker = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** A fresh folder that every user may use. */
export function freshFolder(below = tmpdir()): string {
  const path = mkdtempSync(join(below, 'packmill-sandbox-'));
  chmodSync(path, 0o777);
  return path;
}

/** Removes a folder with the layers in it, which an ordinary user may not enter without more ado. */
export const removeFolder = (path: string): Promise<void> => removeTree(path);

type Changes = Omit<Partial<SandboxCommand>, 'limits'> & { limits?: Partial<SandboxCommand['limits']> };

/** A command with generous defaults. */
export function command(words: readonly string[], changes: Changes = {}): SandboxCommand {
  return {
    root: { kind: 'host' },
    layer: undefined,
    layerWritable: false,
    user: 'builder',
    network: false,
    mounts: [],
    environment: { PATH: '/usr/bin:/bin' },
    workingDirectory: '/tmp',
    command: words,
    ...changes,
    limits: {
      timeoutMs: 60_000,
      killGraceMs: 5_000,
      memoryBytes: undefined,
      processes: undefined,
      outputBytes: undefined,
      ...changes.limits,
    },
  };
}

/** One of testdata/programs; its text goes in as an argument, so the sandbox needs no mount for it. */
export function program(name: string, changes: Changes = {}, args: readonly string[] = []): SandboxCommand {
  const text = readFileSync(join(programs, `${name}.sh`), 'utf8');
  return command(['sh', '-c', text, name, ...args], changes);
}

export interface RunOptions {
  readonly hidden?: readonly string[];
  /** Folders that commands will write to. */
  readonly prepare?: readonly string[];
  readonly present?: LayerContents['present'];
  readonly files?: LayerContents['files'];
  readonly abortAfterMs?: number;
  /** Words before the worker's command line: a program that starts it. */
  readonly through?: readonly string[];
}

/** Starts packmill's driver in a process of its own, as root or as an ordinary user. */
export function startWorker(mode: Mode, folder: string, what: SandboxCommand, options: RunOptions = {}) {
  const request: Request = {
    folder: join(folder, `driver-${mode}`),
    hidden: options.hidden ?? [],
    command: what,
    contents: options.prepare && {
      present: options.present ?? [],
      files: options.files ?? [],
      writable: options.prepare,
    },
    abortAfterMs: options.abortAfterMs,
    ordinary: mode === 'ordinary' && process.getuid?.() === 0,
  };
  const words = [...(options.through ?? []), process.execPath, worker, JSON.stringify(request)];
  const [first = process.execPath, ...rest] = words;
  return spawn(first, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a command in a sandbox made as the mode says and returns what came of it. */
export async function runIn(
  mode: Mode,
  folder: string,
  what: SandboxCommand,
  options: RunOptions = {},
): Promise<Ran> {
  const child = startWorker(mode, folder, what, options);
  let text = '';
  let errors = '';
  child.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString('utf8');
  });
  child.stderr.on('data', (bytes: Buffer) => {
    errors += bytes.toString('utf8');
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the worker failed (${String(code)}): ${errors}`);
  return JSON.parse(text) as Ran;
}

/** Processes of this machine whose command line has `marker`. */
export function processesWith(marker: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(marker);
      } catch {
        return false;
      }
    });
}

/** Waits until a condition holds; fails with its description after 20 s. */
export async function until(description: string, condition: () => boolean): Promise<void> {
  for (let round = 0; round < 400; round += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`it never happened that ${description}`);
}
