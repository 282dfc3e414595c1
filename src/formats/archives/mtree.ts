import { type Problem, problem } from '../../diagnostics/index.ts';

/** Keywords of a line in order; a keyword without a value has `undefined`. */
export type MtreeKeywords = ReadonlyMap<string, string | undefined>;

/** One line of an mtree file. */
export type MtreeLine =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'set'; readonly keywords: MtreeKeywords }
  | { readonly kind: 'unset'; readonly keywords: MtreeKeywords }
  | { readonly kind: 'entry'; readonly path: string; readonly keywords: MtreeKeywords };

/** An entry with the defaults of the `/set` lines before it. */
export interface MtreeEntry {
  readonly path: string;
  readonly keywords: MtreeKeywords;
}

/** Undoes `\ooo` and the few escapes with letters that bsdtar writes and reads; bytes are UTF-8. */
function unescapeName(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes: Buffer[] = [];
  const letters: Readonly<Record<string, string>> = {
    a: '\x07',
    b: '\b',
    f: '\f',
    n: '\n',
    r: '\r',
    s: ' ',
    t: '\t',
    v: '\v',
    '\\': '\\',
    '#': '#',
  };
  for (const [part] of text.matchAll(/\\[0-3][0-7]{2}|\\[abfnrstv\\#]|[^\\]+|\\/g)) {
    if (/^\\[0-3]/.test(part)) bytes.push(Buffer.from([Number.parseInt(part.slice(1), 8)]));
    else if (part.length === 2 && part.startsWith('\\'))
      bytes.push(Buffer.from(letters[part.charAt(1)] ?? part));
    else bytes.push(Buffer.from(part));
  }
  return Buffer.concat(bytes).toString('utf8');
}

/** Bytes that libarchive's mtree writer leaves as they are; the others become `\ooo`. */
const isPlain = (byte: number): boolean =>
  byte > 32 && byte < 127 && byte !== 35 && byte !== 61 && byte !== 92;

function escapeName(text: string): string {
  if (/^[!"$-<>-[\]-~]*$/.test(text)) return text;
  let out = '';
  for (const byte of Buffer.from(text)) {
    out += isPlain(byte) ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return out;
}

function printPath(path: string): string {
  const text = escapeName(path);
  // A name that would read as a command.
  return text === '/set' || text === '/unset' ? `\\057${text.slice(1)}` : text;
}

function parseKeywords(words: readonly string[]): MtreeKeywords {
  const keywords = new Map<string, string | undefined>();
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0) keywords.set(word, undefined);
    else {
      const key = word.slice(0, equals);
      const value = word.slice(equals + 1);
      keywords.set(key, key === 'link' ? unescapeName(value) : value);
    }
  }
  return keywords;
}

/** Reads an mtree file (mtree(5), full paths as bsdtar writes them); never throws. */
export function parseMtree(
  text: string,
  file: string,
): { lines: readonly MtreeLine[]; problems: readonly Problem[] } {
  const lines: MtreeLine[] = [];
  const problems: Problem[] = [];
  const joined = text.replace(/\\\r?(\n|$)/g, ' ').split('\n');
  if (joined.at(-1) === '') joined.pop();
  if (!text.startsWith('#mtree')) {
    problems.push(
      problem('FMT013', { what: "the file list does not begin with '#mtree'", place: { file, line: 1 } }),
    );
    return { lines, problems };
  }
  for (const line of joined) {
    const words = line.split(/[ \t\r]+/).filter(Boolean);
    const first = words[0];
    if (first === undefined || first.startsWith('#')) lines.push({ kind: 'text', text: line });
    else if (first === '/set') lines.push({ kind: 'set', keywords: parseKeywords(words.slice(1)) });
    else if (first === '/unset') lines.push({ kind: 'unset', keywords: parseKeywords(words.slice(1)) });
    else lines.push({ kind: 'entry', path: unescapeName(first), keywords: parseKeywords(words.slice(1)) });
  }
  return { lines, problems };
}

function printKeywords(keywords: MtreeKeywords): string {
  let text = '';
  for (const [key, value] of keywords) {
    const word = value === undefined ? key : `${key}=${key === 'link' ? escapeName(value) : value}`;
    // A backslash at the end of a line would take the next line in.
    text += ` ${word.endsWith('\\') ? `${word.slice(0, -1)}\\134` : word}`;
  }
  return text;
}

/** The opposite of `parseMtree`; bsdtar's own files come back byte for byte. */
export function printMtree(lines: readonly MtreeLine[]): string {
  let text = '';
  for (const line of lines) {
    if (line.kind === 'text') text += `${line.text}\n`;
    else if (line.kind === 'entry') text += `${printPath(line.path)}${printKeywords(line.keywords)}\n`;
    else text += `/${line.kind}${printKeywords(line.keywords)}\n`;
  }
  return text;
}

/** The entries, each with the defaults that hold for it. */
export function mtreeEntries(lines: readonly MtreeLine[]): readonly MtreeEntry[] {
  const entries: MtreeEntry[] = [];
  let defaults = new Map<string, string | undefined>();
  for (const line of lines) {
    if (line.kind === 'set') defaults = new Map([...defaults, ...line.keywords]);
    else if (line.kind === 'unset') {
      if (line.keywords.has('all')) defaults = new Map();
      else defaults = new Map([...defaults].filter(([key]) => !line.keywords.has(key)));
    } else if (line.kind === 'entry') {
      entries.push({ path: line.path, keywords: new Map([...defaults, ...line.keywords]) });
    }
  }
  return entries;
}
