import { isFault } from '../diagnostics/index.ts';
import { isDiskFull } from '../host/index.ts';

/**
 * Troubles of a machine or of the way between two: a program that cannot be started, a file or disk that cannot be
 * used, servers that are away, slow, busy or broken, tunnels and transfers that fail.
 */
const passing = /^(?:SYS00[248]|FET00[12367]|FET011|GIT001|SSH00[134]|BLD040)$/;

/**
 * What is in the way for now, in words; undefined for everything else. It says nothing about the recipe: the same
 * attempt may succeed later, or with another builder.
 */
export function passingTrouble(error: unknown): string | undefined {
  if (isDiskFull(error)) return 'the disk is full';
  return isFault(error) && passing.test(error.problem.code) ? error.problem.what : undefined;
}
