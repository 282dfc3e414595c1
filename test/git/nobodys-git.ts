import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface GitCall {
  readonly cwd: string;
  /** Settings beside those of nobody, as `gc.auto=0`. */
  readonly settings?: readonly string[];
  readonly input?: string | Uint8Array;
}

/** Runs git with nobody's settings, so that none of the machine count; returns what it printed, trimmed. */
export function nobodysGit({ cwd, settings = [], input = '' }: GitCall, ...args: readonly string[]): string {
  const all = ['user.name=t', 'user.email=t@localhost', 'gc.auto=0', 'maintenance.auto=false', ...settings];
  return execFileSync('git', [...all.flatMap((one) => ['-c', one]), ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    input,
    stdio: ['pipe', 'pipe', 'pipe'],
  }).trim();
}

/** The commit that a checkout is at right after one was made there, when git has its id in a file of its own. */
export function newestCommit(checkout: string): string {
  const head = readFileSync(join(checkout, '.git/HEAD'), 'utf8').trim();
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  return ref === undefined ? head : readFileSync(join(checkout, '.git', ref), 'utf8').trim();
}
