import { fault, messageOf } from '../../diagnostics/index.ts';
import { matchWithin } from '../../host/index.ts';

/** How long one pattern may take. */
const limitMs = 1_000;

/**
 * A regular expression as Python's `re` has them, as one of ours: named groups, `\A`, `\Z` and flags at its beginning are
 * translated. Throws UPS028 for what is none, or uses what only Python knows.
 */
export function pythonRegex(pattern: string, extraFlags = ''): RegExp {
  const flags = new Set(`g${extraFlags}`);
  let rest = pattern;
  const lead = /^\(\?([aimsux]+)\)/.exec(rest);
  if (lead) {
    rest = rest.slice(lead[0].length);
    for (const flag of lead[1] ?? '') {
      if (flag === 'x') throw unusable(pattern, 'The flag x is not supported.');
      if ('ims'.includes(flag)) flags.add(flag);
    }
  }
  const source = rest.replaceAll(/\\([\s\S])|\(\?P<(\w+)>|\(\?P=(\w+)\)|\(\?#[^)]*\)/g, translate);
  try {
    return new RegExp(source, [...flags].join(''));
  } catch (error) {
    throw unusable(pattern, `${messageOf(error)}.`);
  }
}

function translate(written: string, escaped?: string, opened?: string, repeated?: string): string {
  if (escaped === 'A') return '(?<![\\s\\S])';
  if (escaped === 'Z') return '(?![\\s\\S])';
  if (escaped !== undefined) return written;
  if (opened !== undefined) return `(?<${opened}>`;
  return repeated === undefined ? '' : `\\k<${repeated}>`;
}

/** Every match: its only group, or all of it when there is none. Throws UPS028. */
export function findAll(text: string, pattern: string): readonly string[] {
  const found = within(text, pythonRegex(pattern), pattern);
  if ((found[0]?.length ?? 0) > 2) throw unusable(pattern, 'It has more than one group.');
  return found.map(([whole, group]) => group ?? whole ?? '');
}

/** Whether the whole text matches. Throws UPS028. */
export function matchesWhole(text: string, pattern: string): boolean {
  pythonRegex(pattern);
  return within(text, pythonRegex(`\\A(?:${pattern})\\Z`), pattern).length > 0;
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
