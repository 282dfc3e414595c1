import { fault, messageOf } from '../../diagnostics/index.ts';
import { pythonRegularExpression } from '../../formats/python/index.ts';
import { matchWithin } from '../../host/index.ts';

/** How long one pattern may take. */
const limitMs = 1_000;

/** A regular expression as Python's `re` has them, as one of ours that finds every match. Throws UPS028. */
export function pythonRegex(pattern: string): RegExp {
  try {
    return pythonRegularExpression(pattern, 'g');
  } catch (error) {
    throw unusable(pattern, `${messageOf(error)}.`);
  }
}

/** Every match: its only group, or all of it when there is none. Throws UPS028. */
export function findAll(text: string, pattern: string): readonly string[] {
  const found = within(text, pythonRegex(pattern), pattern);
  if ((found[0]?.length ?? 0) > 2) throw unusable(pattern, 'It has more than one group.');
  return found.map(([whole, group]) => group ?? whole ?? '');
}

/** Whether the whole text matches. Throws UPS028. */
export function matchesWhole(text: string, pattern: string): boolean {
  const { source, flags } = pythonRegex(pattern);
  const whole = new RegExp(`(?<![\\s\\S])(?:${source})(?![\\s\\S])`, flags);
  return within(text, whole, pattern).length > 0;
}

/** Replaces every match; `\1` and `\g<name>` stand for groups, by number or name. Throws UPS028. */
export function substitute(text: string, pattern: string, replacement: string): string {
  const expression = pythonRegex(pattern);
  // run once under the limit: what is quick there is quick here
  within(text, expression, pattern);
  return text.replace(expression, (...found: unknown[]) => {
    const named = found.at(-1);
    const groups = typeof named === 'object' ? (named as Record<string, string | undefined>) : {};
    return replacement.replaceAll(
      /\\(\d{1,2})|\\g<(\w+)>|\\(.)/g,
      (_written, number?: string, name?: string, escaped?: string) => {
        if (escaped !== undefined) return escaped;
        const key = number ?? name ?? '';
        const group = /^\d+$/.test(key) ? found[Number(key)] : groups[key];
        return typeof group === 'string' ? group : '';
      },
    );
  });
}

function within(
  text: string,
  expression: RegExp,
  pattern: string,
): readonly (readonly (string | undefined)[])[] {
  const found = matchWithin(text, expression, limitMs);
  if (!found) throw unusable(pattern, 'It takes longer than a second.');
  return found;
}

function unusable(pattern: string, why: string): Error {
  return fault('UPS028', { what: `the pattern '${pattern}' cannot be used`, why });
}
