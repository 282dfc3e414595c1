import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

/** The path of an executable found along PATH and then in the administrators' folders; undefined when there is none. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    if (folder === '') continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** How a short question to a program ended; `words` is what it wrote to both streams, at most 64 KiB. */
export interface ProbeAnswer {
  readonly ok: boolean;
  readonly words: string;
}

/** Runs a program that only reports something and ends; kills it after `limitMs` (default 10 s). Never rejects. */
export function probeProgram(path: string, args: readonly string[], limitMs = 10_000): Promise<ProbeAnswer> {
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: '/nonexistent', LC_ALL: 'C.UTF-8' };
  const options = { timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: 65_536, env } as const;
  return new Promise((resolve) => {
    const child = execFile(path, [...args], options, (error, stdout, stderr) => {
      resolve({ ok: error === null, words: `${stdout}${stderr}`.trim() || (error?.message ?? '') });
    });
    child.stdin?.end();
  });
}
