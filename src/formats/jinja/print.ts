import { tooMuch } from './trouble.ts';
import { PyObject, Undefined, type Value } from './values.ts';

/** Deeper values are refused; it also ends the printing of a list that holds itself. */
const deepest = 100;

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** `repr` of a text: in single quotes unless only those stand in it, with what is not printable as escapes. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let inside = '';
  for (const character of text) {
    if (character === quote) inside += `\\${quote}`;
    else if (character >= ' ' && character <= '~' && character !== '\\') inside += character;
    else inside += escapes[character] ?? printable(character);
  }
  return quote + inside + quote;
}

function printable(character: string): string {
  if (!/[\p{C}\p{Z}]/u.test(character)) return character;
  const code = character.codePointAt(0) as number;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000
    ? `\\u${code.toString(16).padStart(4, '0')}`
    : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** `repr` of a value, as it stands within printed lists. */
export function repr(value: Value, depth = 0): string {
  if (depth > deepest) return tooMuch('a value is nested too deeply to be printed');
  if (typeof value === 'string') return quoted(value);
  const inner = (item: Value): string => repr(item, depth + 1);
  if (Array.isArray(value)) return `[${value.map(inner).join(', ')}]`;
  if (value instanceof PyObject) return value.print(inner);
  return simple(value);
}

function simple(value: boolean | number | bigint): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}

/** `str` of a value: what `{{ value }}` prints. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  return value instanceof Undefined ? '' : repr(value);
}
