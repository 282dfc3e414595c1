import type { Spot } from './nodes.ts';
import { TemplateTrouble } from './trouble.ts';

const simple: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const escapeSequence = /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gs;

/** The text between quotes, with Python's escapes resolved; unknown ones stay as they are written. */
export function stringLiteral(quoted: string, at: Spot): string {
  const inside = quoted.slice(1, -1);
  if (!inside.includes('\\')) return inside;
  return inside.replace(escapeSequence, (all, ...parts: (string | undefined)[]) => {
    const [octal, short, middle, long, character = ''] = parts;
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    const hex = short ?? middle ?? long;
    if (hex !== undefined) {
      const code = Number.parseInt(hex, 16);
      if (code <= 0x10ffff) return String.fromCodePoint(code);
    }
    if (hex !== undefined || /[xuUN]/.test(character)) {
      throw new TemplateTrouble('TPL001', `'${all}' is not a complete escape`, {
        place: at,
        why: 'Escapes are \\xHH, \\uHHHH and \\UHHHHHHHH; characters by name (\\N{...}) are not supported.',
      });
    }
    return Object.hasOwn(simple, character) ? (simple[character] as string) : all;
  });
}
