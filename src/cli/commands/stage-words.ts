import type { Command } from 'commander';
import { several } from './metro-values.ts';

/** Options of commands that build or look at stages. */
export interface StageWords {
  readonly state?: string;
  readonly override?: readonly string[];
  readonly replace?: boolean;
  readonly show?: boolean;
}

export function withStageOptions(command: Command): Command {
  return command
    .option('--state <dir>', "folder of store and work (default: the farm's)")
    .option(
      '--override <name=value>',
      'a value that wins over every file; may be given several times',
      several,
    );
}

/** The first word is a target unless it is a value. */
export function splitWords(words: readonly string[]): {
  readonly target: string | undefined;
  readonly values: readonly string[];
} {
  const [first, ...rest] = words;
  const isTarget = first !== undefined && !first.includes('=') && !first.endsWith(':');
  return isTarget ? { target: first, values: rest } : { target: undefined, values: words };
}
