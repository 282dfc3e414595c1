import { createHash } from 'node:crypto';
import type { FailureClass } from './failure-class.ts';

/** Longest line that is compared; the rest of a longer one counts as the same. */
const longestText = 400;

/** What differs from one run to the next, in the order in which it is taken out. */
const changing: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z| ?[+-]\d\d:?\d\d| UTC)?)?/g, '<time>'],
  [/\b\d\d?:\d\d:\d\d(?:[.,]\d+)?\b/g, '<time>'],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^/\s:'"]+)(?::\d+)?\/[^\s'")\]]*/gi, '$1/<path>'],
  [/\b0x[0-9a-f]+\b/gi, '<address>'],
  [/(?:\.{0,2}\/)?(?:[\w.+@~%-]+\/)+([\w.+@~%<>-]*)/g, '$1'],
  [/\btmp[._][\w.]+|\bcc[A-Za-z0-9]{6}\.(?=[os]\b)/g, '<tmp>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,128}\b/gi, '<hash>'],
  [/(?<![\w<])\d+(?:\.\d+)? ?(?:ms|s|sec|seconds?|min|minutes?|[KMG]i?B|%)(?![A-Za-z])/g, '<n>'],
  [/\bv?\d+(?:[._]\d+)+(?:[-+~_]?(?:rc|alpha|beta|pre|git|r|p|dev)[\w.]*)?(?:-\d+(?:\.\d+)?)?/g, '<version>'],
  [/(?<![\w<])\d+(?![\w>])/g, '<n>'],
  [/(?:<n>[:,.]?)+/g, '<n>'],
  [/([[(]) +/g, '$1'],
  [/\s+/g, ' '],
];

/**
 * A line without what differs from one run to the next: folders, addresses, times, process ids, hashes, versions and
 * line numbers.
 */
export function normaliseLine(text: string): string {
  let line = text.slice(0, longestText).normalize('NFC').trim();
  for (let round = 0; round < 4; round += 1) {
    const before = line;
    for (const [pattern, instead] of changing) line = line.replace(pattern, instead);
    line = line.trim();
    if (line === before) break;
  }
  return line;
}

/** Names failures that are the same: 16 hexadecimal digits of the class and the normalised first error line. */
export function signatureOf(of: FailureClass, firstLine: string | undefined): string {
  const text = `${of}\n${firstLine === undefined ? '' : normaliseLine(firstLine)}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
