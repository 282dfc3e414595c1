import { type Context, createContext, Script } from 'node:vm';

type Groups = readonly (string | undefined)[];

const all = new Script('Array.from(text.matchAll(expression), (match) => Array.from(match))');
const first = new Script('{ const match = expression.exec(text); match && Array.from(match); }');
/** One for all, since making one takes longer than most expressions. */
let context: Context | undefined;

/** What a script makes of the two; `undefined` when it takes longer. */
function runWithin(
  script: Script,
  given: { readonly text: string; readonly expression: RegExp },
  limitMs: number,
): unknown {
  context ??= createContext({});
  Object.assign(context, given);
  try {
    return script.runInContext(context, { timeout: limitMs });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}

/**
 * All matches of a regular expression (with the flag `g`) in a text, each with its groups; `undefined` when it takes
 * longer than `limitMs`: an expression that somebody else wrote can be made to run for years.
 */
export function matchWithin(
  text: string,
  expression: RegExp,
  limitMs: number,
): readonly Groups[] | undefined {
  const found = runWithin(all, { text, expression }, limitMs) as (string | undefined)[][] | undefined;
  return found?.map((match) => [...match]);
}

/** The groups of the first match, all of it first; `null` for none, `undefined` when it takes longer than `limitMs`. */
export function firstMatchWithin(
  text: string,
  expression: RegExp,
  limitMs: number,
): Groups | null | undefined {
  const found = runWithin(first, { text, expression }, limitMs) as (string | undefined)[] | null | undefined;
  return found && [...found];
}
