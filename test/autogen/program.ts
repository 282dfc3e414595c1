import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Kit } from './kit.ts';

export const project = join(import.meta.dirname, '..', '..');
export const program = join(project, 'bin', 'packmill');

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Variables of a kit's own workspace, and nobody's settings. */
export function environmentOf(kit: Kit, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: kit.top,
    METATOOLS_WORKSPACE: kit.top,
    METATOOLS_DISTFILES_HOST: 'https://cdn.example',
    DISTDIR: kit.distdir,
    ...more,
  };
}

/** What a child prints until it ends, and how; the servers of a test go on meanwhile. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const texts = { out: '', err: '' };
  child.stdout?.on('data', (piece: Buffer) => {
    texts.out += piece.toString();
  });
  child.stderr?.on('data', (piece: Buffer) => {
    texts.err += piece.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...texts };
}

/** Starts the program in the overlay of a kit. */
export function startPackmill(
  kit: Kit,
  words: readonly string[],
  more?: Readonly<Record<string, string>>,
): ChildProcess {
  return spawn(program, words, { cwd: kit.root, env: environmentOf(kit, more) });
}

/** Runs the program in the overlay of a kit. */
export function packmill(
  kit: Kit,
  words: readonly string[],
  more?: Readonly<Record<string, string>>,
): Promise<Ended> {
  return ended(startPackmill(kit, words, more));
}
