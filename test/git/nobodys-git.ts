import { execFileSync } from 'node:child_process';

export interface GitCall {
  readonly cwd: string;
  /** Settings beside those of nobody, as `gc.auto=0`. */
  readonly settings?: readonly string[];
  readonly input?: string | Uint8Array;
}

/** Runs git with nobody's settings, so that none of the machine count; returns what it printed, trimmed. */
export function nobodysGit({ cwd, settings = [], input = '' }: GitCall, ...args: readonly string[]): string {
  const all = ['user.name=t', 'user.email=t@localhost', 'gc.auto=0', ...settings];
  return execFileSync('git', [...all.flatMap((one) => ['-c', one]), ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    input,
    stdio: ['pipe', 'pipe', 'pipe'],
  }).trim();
}
