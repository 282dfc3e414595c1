import { fault, messageOf } from '../../diagnostics/index.ts';

/** A value of JSON with named fields. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The values of JSON objects that stand one after the other, as one Go encoder writes them. Throws MPY310 with the line of the
 * object that is broken.
 */
export function splitObjects(text: string, file: string): readonly unknown[] {
  if (text.trim() === '') return [];
  // A text of JSON has no raw line break, and within a value a comma stands between braces: so these are its seams.
  let seams = 0;
  const joined = text.replace(/\}[\t ]*\r?\n\s*\{/g, () => {
    seams += 1;
    return '},{';
  });
  try {
    const values: unknown = JSON.parse(`[${joined}]`);
    if (Array.isArray(values) && values.length === seams + 1) return values;
  } catch {
    // looked at piece by piece below
  }
  return scanObjects(text, file);
}

function scanObjects(text: string, file: string): readonly unknown[] {
  const values: unknown[] = [];
  const white = /[\t\n\r ]*/y;
  const skipWhite = (at: number): number => {
    white.lastIndex = at;
    return at + (white.exec(text)?.[0].length ?? 0);
  };
  for (let at = skipWhite(0); at < text.length; at = skipWhite(at)) {
    const end = objectEnd(text, at);
    const line = text.slice(0, at).split('\n').length;
    if (end === undefined)
      throw fault('MPY310', { what: `object ${values.length + 1} does not end`, place: { file, line } });
    try {
      values.push(JSON.parse(text.slice(at, end)));
    } catch (cause) {
      throw fault('MPY310', {
        what: `object ${values.length + 1} is not JSON: ${messageOf(cause)}`,
        place: { file, line },
        cause,
      });
    }
    at = end;
  }
  return values;
}

/** Behind the brace that closes what begins at `start`, or the next blank where no brace begins; undefined: there is none. */
function objectEnd(text: string, start: number): number | undefined {
  if (text[start] !== '{') return start + (/^\S+/.exec(text.slice(start, start + 80))?.[0].length ?? 1);
  const sign = /"(?:[^"\\]|\\[\s\S])*"|[{}]/g;
  sign.lastIndex = start;
  let depth = 0;
  for (let found = sign.exec(text); found !== null; found = sign.exec(text)) {
    if (found[0] === '{') depth += 1;
    else if (found[0] === '}') depth -= 1;
    if (depth === 0) return sign.lastIndex;
  }
  return undefined;
}
