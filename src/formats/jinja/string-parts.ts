import { Tuple } from './values.ts';

/** What Python takes for white space in texts. */
const space = '[\\s\\x1c-\\x1f\\x85]';
const notFeff = '(?!\\ufeff)';
const blank = `(?:${notFeff}${space})`;
const blanksBefore = new RegExp(`^${blank}+`);
const blankCharacter = new RegExp(`^${blank}$`);

/** Whether a character is white space. */
export function isBlank(character: string): boolean {
  return blankCharacter.test(character);
}

/** `strip` and its halves; without `chars`, white space goes. */
export function stripped(text: string, ends: 'both' | 'left' | 'right', chars?: string): string {
  const goes = chars === undefined ? isBlank : (character: string) => chars.includes(character);
  const characters = chars !== undefined && /[\ud800-\udfff]/.test(text + chars) ? [...text] : text;
  let from = 0;
  let to = characters.length;
  if (ends !== 'right') while (from < to && goes(characters[from] as string)) from += 1;
  if (ends !== 'left') while (to > from && goes(characters[to - 1] as string)) to -= 1;
  const rest = characters.slice(from, to);
  return typeof rest === 'string' ? rest : rest.join('');
}

/** `str.split`: without a separator at runs of white space, which leave no empty parts. */
export function split(text: string, separator: string | undefined, limit: number): string[] {
  if (separator === undefined) return splitAtBlanks(text, limit);
  const parts = text.split(separator);
  if (limit < 0 || parts.length - 1 <= limit) return parts;
  return [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

function splitAtBlanks(text: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = text.replace(blanksBefore, '');
  while (rest !== '') {
    if (limit >= 0 && parts.length >= limit) return [...parts, rest];
    let end = 0;
    while (end < rest.length && !isBlank(rest[end] as string)) end += 1;
    parts.push(rest.slice(0, end));
    rest = rest.slice(end).replace(blanksBefore, '');
  }
  return parts;
}

/** `str.rsplit`: counts its cuts from the end. */
export function splitFromEnd(text: string, separator: string | undefined, limit: number): string[] {
  if (limit < 0) return split(text, separator, limit);
  if (separator === undefined) {
    const turned = splitAtBlanks([...text].reverse().join(''), limit);
    return turned.map((part) => [...part].reverse().join('')).reverse();
  }
  const parts = text.split(separator);
  const kept = parts.length - limit;
  return kept <= 1 ? parts : [parts.slice(0, kept).join(separator), ...parts.slice(kept)];
}

/** `str.partition` and `rpartition`: what stands before the separator, it, and what stands behind. */
export function partition(text: string, separator: string, which: 'first' | 'last'): Tuple {
  const at = which === 'first' ? text.indexOf(separator) : text.lastIndexOf(separator);
  if (at < 0) return new Tuple(which === 'first' ? [text, '', ''] : ['', '', text]);
  return new Tuple([text.slice(0, at), separator, text.slice(at + separator.length)]);
}

/** `str.splitlines`: at every line end that Unicode knows. */
export function lines(text: string, keepsEnds = false): string[] {
  const found =
    text.match(/[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|.+$/gs) ??
    [];
  if (keepsEnds) return found;
  return found.map((line) => line.replace(/(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])$/, ''));
}
