import type { Code } from '../../diagnostics/index.ts';

/** What asking for a file may come to. */
export type ReadAnswer =
  | { readonly kind: 'text'; readonly text: string }
  /** Nothing there; no regular file; not text (invalid UTF-8 or NUL); beyond the limit; outside of the allowed folders. */
  | { readonly kind: 'missing' | 'not-file' | 'not-text' | 'too-large' | 'outside' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** An answer that is no text. */
export type Refused = Exclude<ReadAnswer, { readonly kind: 'text' }>;

/** Why a file is not taken in: METRO-C01, C02, C04, P06 or E09. */
export function refusal(
  answer: Refused,
  path: string,
): { readonly code: Code; readonly what: string; readonly why?: string } {
  switch (answer.kind) {
    case 'missing':
      return { code: 'MTR041', what: `the file '${path}' does not exist` };
    case 'not-file':
      return { code: 'MTR042', what: `'${path}' is no regular file` };
    case 'outside':
      return { code: 'MTR044', what: `'${path}' lies outside of the folders that may be read` };
    case 'not-text':
      return { code: 'MTR006', what: `the file '${path}' is no text in UTF-8` };
    case 'too-large':
      return { code: 'MTR029', what: `the file '${path}' is larger than 64 MiB` };
    case 'unreadable':
      return { code: 'MTR041', what: `the file '${path}' cannot be read`, why: `${answer.why}.` };
  }
}

/** How a program gets at files: whoever loads it says what may be read. */
export interface FileReader {
  /** A file of the language, or one that `<<` names; `path` is normalised. */
  read(path: string): ReadAnswer;
}

/** Files that are in memory, by path. */
export function memoryFiles(files: ReadonlyMap<string, string>): FileReader {
  return {
    read(path) {
      const text = files.get(path);
      if (text !== undefined) return { kind: 'text', text };
      const isFolder = [...files.keys()].some((name) => name.startsWith(`${path}/`));
      return { kind: isFolder ? 'not-file' : 'missing' };
    },
  };
}

/** Most bytes of one file of the language. */
export const mostFileBytes = 64 * 1024 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as text: `not-text` for invalid UTF-8 and for NUL, which only binary files have; `too-large` beyond 64 MiB. */
export function textOfBytes(bytes: Uint8Array): ReadAnswer {
  if (bytes.byteLength > mostFileBytes) return { kind: 'too-large' };
  if (bytes.includes(0)) return { kind: 'not-text' };
  try {
    return { kind: 'text', text: utf8.decode(bytes) };
  } catch {
    return { kind: 'not-text' };
  }
}

/** A path without `.` and `..`, as far as the words go: links are not looked through (4.2). */
export function normalPath(path: string): string {
  const isAbsolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !isAbsolute) parts.push(part);
  }
  const joined = parts.join('/');
  return isAbsolute ? `/${joined}` : joined === '' ? '.' : joined;
}

/** What `path` names when it stands in `file`: relative paths start at its folder. */
export function pathFrom(file: string, path: string): string {
  if (path.startsWith('/')) return normalPath(path);
  const slash = file.lastIndexOf('/');
  return normalPath(slash < 0 ? path : `${file.slice(0, slash + 1)}${path}`);
}
