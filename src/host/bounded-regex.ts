import { runInNewContext } from 'node:vm';

/**
 * All matches of a regular expression (with the flag `g`) in a text, each with its groups; `undefined` when it takes
 * longer than `limitMs`: an expression that somebody else wrote can be made to run for years.
 */
export function matchWithin(
  text: string,
  expression: RegExp,
  limitMs: number,
): readonly (readonly (string | undefined)[])[] | undefined {
  try {
    const found = runInNewContext(
      'Array.from(text.matchAll(expression), (match) => Array.from(match))',
      { text, expression },
      { timeout: limitMs },
    ) as (string | undefined)[][];
    return found.map((match) => [...match]);
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}
