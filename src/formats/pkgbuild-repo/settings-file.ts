import { fault } from '../../diagnostics/index.ts';

/**
 * A settings file as read (specification 3.1): `.CI/config` of a package, `.ci/config` of a repository,
 * state files. `lines` has the line (from 1) that the value of a key comes from.
 */
export interface SettingsFile {
  readonly values: ReadonlyMap<string, string>;
  readonly lines: ReadonlyMap<string, number>;
  /** Lines (from 1) that are neither assignments nor comments nor blank, with their text. */
  readonly strays: readonly StrayLine[];
}

export interface StrayLine {
  readonly line: number;
  readonly text: string;
}

const settingLine = /^([ \t]*([A-Za-z0-9_]+)[ \t]*=[ \t]*)(.*)$/s;

/** The value as consumers see it: trimmed, then without one pair of matching outer quotes. */
function unquote(written: string): string {
  const value = written.trim();
  const first = value[0];
  return value.length >= 2 && (first === '"' || first === "'") && value.endsWith(first)
    ? value.slice(1, -1)
    : value;
}

/**
 * Reads `KEY=value` lines; every other line is ignored, of duplicates the last one wins. There are no
 * escapes, no expansion and no trailing comments. Accepts any text and never throws.
 */
export function parseSettings(text: string): SettingsFile {
  const values = new Map<string, string>();
  const lines = new Map<string, number>();
  const strays: StrayLine[] = [];
  let number = 0;
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    number += 1;
    const match = settingLine.exec(line);
    if (!match) {
      const stray = line.trim();
      if (stray !== '' && !stray.startsWith('#')) strays.push({ line: number, text: stray });
      continue;
    }
    const key = match[2] as string;
    values.set(key, unquote(match[3] as string));
    lines.set(key, number);
  }
  return { values, lines, strays };
}

/** How a value has to be written so that reading gives it back. */
function written(key: string, value: string): string {
  if (!/^[A-Za-z0-9_]+$/.test(key) || /[\n\r]/.test(value)) {
    throw fault('PLN010', { what: `setting '${key}' cannot be written as one line` });
  }
  return unquote(value) === value ? value : `"${value}"`;
}

/**
 * The text with one setting changed (specification 3.2): only the line that counts is rewritten, a new
 * key is appended at the end, and order, comments, unknown keys and line ends stay. The same text comes
 * back when the value is there already. Throws PLN010 when key or value cannot be written.
 */
export function writeSetting(text: string, key: string, value: string): string {
  const now = written(key, value);
  const { values, lines } = parseSettings(text);
  if (values.get(key) === value) return text;
  const at = lines.get(key);
  if (at === undefined) {
    const end = text.includes('\r\n') ? '\r\n' : '\n';
    return `${text}${text === '' || text.endsWith('\n') ? '' : end}${key}=${now}${end}`;
  }
  return editLines(text, (line, number) => {
    if (number !== at) return line;
    const bom = line.startsWith('\uFEFF') ? '\uFEFF' : '';
    const match = settingLine.exec(line.slice(bom.length));
    return `${bom}${match?.[1] ?? ''}${now}${line.endsWith('\r') ? '\r' : ''}`;
  });
}

/** The text without any line of the key; the same text when there is none. */
export function removeSetting(text: string, key: string): string {
  return editLines(text, (line) =>
    settingLine.exec(line.replace(/^\uFEFF/, ''))?.[2] === key ? undefined : line,
  );
}

function editLines(text: string, edit: (line: string, number: number) => string | undefined): string {
  return text
    .split('\n')
    .map((line, index) => edit(line, index + 1))
    .filter((line) => line !== undefined)
    .join('\n');
}
