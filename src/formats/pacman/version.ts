import { compareText, compareWholeNumbers } from '../../primitives/index.ts';

/** A full version taken apart: `[epoch:]pkgver[-pkgrel]`. */
export interface PackageVersion {
  /** Text before the first `:` when that text is only digits; undefined when there is none. */
  readonly epoch?: string;
  readonly pkgver: string;
  /** Text after the last `-`; undefined when there is none. */
  readonly pkgrel?: string;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isAlpha = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
const isAlnum = (code: number): boolean => isDigit(code) || isAlpha(code);

/** Takes a version apart as libalpm does: the epoch is leading digits before a colon, the release follows the last dash. */
export function parseVersion(text: string): PackageVersion {
  let start = 0;
  while (start < text.length && isDigit(text.charCodeAt(start))) start += 1;
  const hasEpoch = text.charCodeAt(start) === 58;
  const dash = text.lastIndexOf('-');
  const hasRelease = dash >= start;
  const pkgver = text.slice(hasEpoch ? start + 1 : 0, hasRelease ? dash : text.length);
  return {
    ...(hasEpoch ? { epoch: text.slice(0, start) } : {}),
    pkgver,
    ...(hasRelease ? { pkgrel: text.slice(dash + 1) } : {}),
  };
}

/** The opposite of `parseVersion`. */
export function formatVersion(version: PackageVersion): string {
  const epoch = version.epoch === undefined ? '' : `${version.epoch}:`;
  return epoch + version.pkgver + (version.pkgrel === undefined ? '' : `-${version.pkgrel}`);
}

/** C compares bytes: a character outside ASCII counts as the separators that its UTF-8 bytes are. */
const asBytes = (text: string): string =>
  /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');

/** End of the run of digits or of letters that begins at `start`. */
function endOfRun(text: string, start: number, numeric: boolean): number {
  const belongs = numeric ? isDigit : isAlpha;
  let end = start;
  while (end < text.length && belongs(text.charCodeAt(end))) end += 1;
  return end;
}

/** Segments of digits and of letters, one after the other, the way rpmvercmp in libalpm weighs them. */
function compareParts(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  let one = 0;
  let two = 0;
  let oneEnd = 0;
  let twoEnd = 0;
  while (one < a.length && two < b.length) {
    while (one < a.length && !isAlnum(a.charCodeAt(one))) one += 1;
    while (two < b.length && !isAlnum(b.charCodeAt(two))) two += 1;
    if (one >= a.length || two >= b.length) break;
    // Separators of different length decide: `1.0` is older than `1..0`.
    const separators = one - oneEnd - (two - twoEnd);
    if (separators !== 0) return separators < 0 ? -1 : 1;
    const numeric = isDigit(a.charCodeAt(one));
    oneEnd = endOfRun(a, one, numeric);
    twoEnd = endOfRun(b, two, numeric);
    // Different kinds: a number is newer than letters.
    if (two === twoEnd) return numeric ? 1 : -1;
    const compareSegments = numeric ? compareWholeNumbers : compareText;
    const order = compareSegments(a.slice(one, oneEnd), b.slice(two, twoEnd));
    if (order !== 0) return order;
    one = oneEnd;
    two = twoEnd;
  }
  if (one >= a.length && two >= b.length) return 0;
  // What remains: letters never beat nothing (`1.0rc` is older than `1.0`), anything else does.
  if (one >= a.length) return isAlpha(b.charCodeAt(two)) ? 1 : -1;
  return isAlpha(a.charCodeAt(one)) ? -1 : 1;
}

/**
 * Orders two versions exactly as `vercmp` does (manual page vercmp(8)): epoch, then pkgver, then pkgrel,
 * the last only when both have one.
 */
export function compareVersions(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  const one = parseVersion(asBytes(a));
  const two = parseVersion(asBytes(b));
  const byEpoch = compareParts(one.epoch || '0', two.epoch || '0');
  if (byEpoch !== 0) return byEpoch;
  const byVersion = compareParts(one.pkgver, two.pkgver);
  if (byVersion !== 0) return byVersion;
  return one.pkgrel !== undefined && two.pkgrel !== undefined ? compareParts(one.pkgrel, two.pkgrel) : 0;
}
