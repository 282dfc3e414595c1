import { fault, type Place } from '../../diagnostics/index.ts';
import { compareText, compareWholeNumbers } from '../../primitives/index.ts';

/** What can follow the numbers and the letter of a version, oldest first; `p` alone is newer than nothing (PMS 3.3). */
export type VersionSuffixKind = 'alpha' | 'beta' | 'pre' | 'rc' | 'p';

export interface VersionSuffix {
  readonly kind: VersionSuffixKind;
  /** Digits as written; empty when there are none, which counts as 0. */
  readonly number: string;
}

/** The version of an ebuild taken apart (PMS 3.2). Digits are kept as written: they may be longer than any number. */
export interface Version {
  /** At least one run of digits. */
  readonly components: readonly string[];
  /** One lower-case letter, or nothing. */
  readonly letter: string;
  readonly suffixes: readonly VersionSuffix[];
  /** Digits after `-r`, as written; undefined when there is no revision, which counts as 0. */
  readonly revision?: string;
}

const versionPattern = /^(\d+(?:\.\d+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|p)\d*)*)(?:-r(\d+))?$/;
const suffixPattern = /_(alpha|beta|pre|rc|p)(\d*)/g;

/** Takes a version apart (PMS 3.2); undefined when the text is none. Never throws. */
export function parseVersion(text: string): Version | undefined {
  const match = versionPattern.exec(text);
  if (!match) return undefined;
  const [, numbers = '', letter = '', suffixes = '', revision] = match;
  return {
    components: numbers.split('.'),
    letter,
    suffixes: [...suffixes.matchAll(suffixPattern)].map(([, kind, number = '']) => ({
      kind: kind as VersionSuffixKind,
      number,
    })),
    ...(revision === undefined ? {} : { revision }),
  };
}

/** Whether the text is a version, with or without a revision (PMS 3.2). */
export function isVersion(text: string): boolean {
  return versionPattern.test(text);
}

/** The version, or PMS001 with what is wrong about the text. */
export function requireVersion(text: string, place?: Place): Version {
  const version = parseVersion(text);
  if (version) return version;
  throw fault('PMS001', { what: `'${text}' is not the version of an ebuild`, why: versionFlaw(text), place });
}

/** In a full sentence, why the text is no version; undefined when it is one. */
export function versionFlaw(text: string): string | undefined {
  if (isVersion(text)) return undefined;
  if (text === '') return 'It is empty.';
  if (/\s/.test(text)) return 'A version has no blanks.';
  if (/^[vV]\d/.test(text)) return `It begins with '${text[0]}': a version begins with a digit.`;
  if (!/^\d/.test(text)) return 'A version begins with a digit.';
  if (/\.$/.test(text)) return 'It ends with a dot; a dot stands between two numbers.';
  const marker = /[-.]?(alpha|beta|pre|rc|p|patch)[-.]?(\d*)$/i.exec(text);
  if (marker?.[1] && isVersion(text.slice(0, marker.index)))
    return `The ending '${marker[0]}' is spelt otherwise: '_alpha', '_beta', '_pre', '_rc' or '_p', and a number.`;
  if (/^\d+(\.\d+)*[a-z]{2,}/.test(text)) return 'At most one letter may follow the numbers.';
  return 'A version is numbers with dots, at most one small letter, endings such as _rc1, and a revision such as -r1.';
}

/** The opposite of `parseVersion`; loses nothing. */
export function formatVersion(version: Version): string {
  return withoutRevision(version) + (version.revision === undefined ? '' : `-r${version.revision}`);
}

/** The text without `-rN`: what PMS calls PV. */
export function withoutRevision(version: Version): string {
  const suffixes = version.suffixes.map(({ kind, number }) => `_${kind}${number}`).join('');
  return version.components.join('.') + version.letter + suffixes;
}

const weights: Readonly<Record<VersionSuffixKind, number>> = { alpha: 0, beta: 1, pre: 2, rc: 3, p: 5 };
const noSuffix = 4;

/** Components behind the first (PMS 3.3, algorithm 3.3): with a leading zero they are fractions, otherwise whole numbers. */
function compareComponent(a: string, b: string): number {
  if (a === b) return 0;
  if (!a.startsWith('0') && !b.startsWith('0')) return compareWholeNumbers(a, b);
  return compareText(a.replace(/0+$/, ''), b.replace(/0+$/, ''));
}

function compareNumbers(a: readonly string[], b: readonly string[]): number {
  const first = compareWholeNumbers(a[0] ?? '', b[0] ?? '');
  if (first !== 0) return first;
  const shared = Math.min(a.length, b.length);
  for (let index = 1; index < shared; index += 1) {
    const order = compareComponent(a[index] ?? '', b[index] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareSuffixes(a: readonly VersionSuffix[], b: readonly VersionSuffix[]): number {
  const most = Math.max(a.length, b.length);
  for (let index = 0; index < most; index += 1) {
    const one = a[index];
    const two = b[index];
    const byKind = (one ? weights[one.kind] : noSuffix) - (two ? weights[two.kind] : noSuffix);
    if (byKind !== 0) return byKind;
    const byNumber = compareWholeNumbers(one?.number ?? '', two?.number ?? '');
    if (byNumber !== 0) return byNumber;
  }
  return 0;
}

/**
 * Orders two versions as PMS 3.3 says, to the letter; -1 when the first is older. Versions that are written differently
 * can be equal: `1.0` and `1.0-r0`, `1.010` and `1.01`. Texts that are no versions throw PMS001.
 */
export function compareVersions(a: Version | string, b: Version | string): -1 | 0 | 1 {
  if (a === b) return 0;
  const one = typeof a === 'string' ? requireVersion(a) : a;
  const two = typeof b === 'string' ? requireVersion(b) : b;
  const order =
    compareNumbers(one.components, two.components) ||
    compareText(one.letter, two.letter) ||
    compareSuffixes(one.suffixes, two.suffixes) ||
    compareWholeNumbers(one.revision ?? '', two.revision ?? '');
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

/** The newest of some versions by `compareVersions`, the first of equals; undefined when there is none. */
export function newestVersion<T extends Version | string>(versions: Iterable<T>): T | undefined {
  let newest: T | undefined;
  for (const version of versions) {
    if (newest === undefined || compareVersions(version, newest) > 0) newest = version;
  }
  return newest;
}
