import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { gitEnvironment } from './upkeep-scene.ts';

export const packmillProgram = join(import.meta.dirname, '../../bin/packmill');

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end; HOME is the folder, so that nobody's own settings count. */
export function runProgram(
  folder: string,
  [program = '', ...words]: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const env = { ...gitEnvironment, HOME: folder, ...variables };
  return new Promise((resolve) => {
    execFile(program, words, { cwd: folder, env, encoding: 'utf8' }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
    });
  });
}

/** Runs the real packmill. */
export function runPackmill(
  folder: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return runProgram(folder, [process.execPath, packmillProgram, ...words], variables);
}
