import { compare } from './compare.ts';
import { Dict, typeName } from './dict.ts';
import { repr } from './print.ts';
import { wrongUse } from './trouble.ts';
import { none, PyFloat, Tuple, type Value } from './values.ts';

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function keyText(key: Value): string {
  if (typeof key === 'string') return quoted(key);
  if (key instanceof Tuple || typeName(key) === 'Undefined')
    return wrongUse('keys of JSON are texts and numbers');
  return `"${jsonText(key)}"`;
}

const floatWords: Readonly<Record<string, string>> = { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' };

/** JSON as Python writes it, with sorted keys and in ASCII; `margin` of each level makes it several lines. */
export function jsonText(value: Value, margin?: string, outer = '\n'): string {
  if (typeof value === 'string') return quoted(value);
  if (value === none) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof PyFloat) return floatWords[repr(value)] ?? repr(value);
  const inner = margin === undefined ? outer : outer + margin;
  if (Array.isArray(value) || value instanceof Tuple) {
    const items = Array.isArray(value) ? value : value.items;
    return enclosed(
      '[]',
      items.map((item) => jsonText(item, margin, inner)),
      { margin, inner, outer },
    );
  }
  if (!(value instanceof Dict)) return wrongUse(`a ${typeName(value)} cannot be written as JSON`);
  const entries = [...value.entries()].sort(([a], [b]) => compare(a, b));
  const pairs = entries.map(([key, item]) => `${keyText(key)}: ${jsonText(item, margin, inner)}`);
  return enclosed('{}', pairs, { margin, inner, outer });
}

function enclosed(
  brackets: string,
  parts: readonly string[],
  look: { margin: string | undefined; inner: string; outer: string },
): string {
  const [open, close] = brackets;
  if (parts.length === 0) return brackets;
  if (look.margin === undefined) return `${open}${parts.join(', ')}${close}`;
  return `${open}${look.inner}${parts.join(`,${look.inner}`)}${look.outer}${close}`;
}
