import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

const program = join(import.meta.dirname, '..', '..', 'bin', 'packmill');
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder for one test, which removes it. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-demo-'));
  folders.push(folder);
  return folder;
}

/** Runs `packmill demo` with these words until it ends. */
export const demo = (...words: string[]): SpawnSyncReturns<string> => demoWith({}, ...words);

/** The same with variables of the environment. */
export const demoWith = (
  variables: Readonly<Record<string, string>>,
  ...words: string[]
): SpawnSyncReturns<string> =>
  spawnSync(program, ['demo', ...words], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...variables },
  });
