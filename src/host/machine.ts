import { availableParallelism, hostname, machine as processor } from 'node:os';
import { resolve } from 'node:path';

/** What the process may know of the machine and its surroundings. */
export const machine = {
  /** Processors this process may use. */
  processors: (): number => availableParallelism(),
  name: (): string => hostname(),
  /** As `uname -m` says it. */
  processor: (): string => processor(),
  /** Value of an environment variable; an empty one counts as unset. */
  variable: (name: string): string | undefined => process.env[name] || undefined,
  absolute: (path: string): string => resolve(path),
  isRoot: (): boolean => process.geteuid?.() === 0,
  processId: (): number => process.pid,
  /** Path of the Node that runs us. */
  runtime: (): string => process.execPath,
  /** All variables of the environment. */
  environment: (): Readonly<Record<string, string | undefined>> => ({ ...process.env }),
} as const;
