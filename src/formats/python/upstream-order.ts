import { comparePythonVersions, type PythonVersion, parsePythonVersion } from './version.ts';

/** A version as upstream spells it, ready to be compared (specification 8, "upstream order"). */
export interface UpstreamVersion {
  readonly text: string;
  /** Undefined when PEP 440 cannot read it; such versions lie below all others. */
  readonly version?: PythonVersion;
  /** How those that PEP 440 cannot read are ordered among themselves. */
  readonly pieces: readonly string[];
}

/** Spellings of tags as PEP 440 takes them: what follows a dash or `_p` becomes a local version. */
function prepare(text: string): string {
  return text.replace(/^\./, '').replaceAll('_p', '+p').replaceAll('--', '+').replaceAll('-', '+');
}

/** Words that stand for an earlier state than the plain number, in the order of states. */
const early: Readonly<Record<string, string>> = { dev: '@', pre: 'c', preview: 'c', rc: 'c' };
const end = '*final';

/** Numbers and words one after the other; a word older than nothing sorts before the end, as in old setuptools. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  const add = (piece: string): void => {
    if (piece.startsWith('*') && piece < end) while (pieces.at(-1) === '0') pieces.pop();
    pieces.push(piece);
  };
  for (const [piece] of text.toLowerCase().matchAll(/\d+|[a-z]+/g)) {
    add(/^\d/.test(piece) ? piece.replace(/^0+(?=.)/, '') : `*${early[piece] ?? piece}`);
  }
  add(end);
  return pieces;
}

/** Reads a version of upstream. Any text is one. */
export function parseUpstreamVersion(text: string): UpstreamVersion {
  const version = parsePythonVersion(prepare(text));
  return { text, pieces: version ? [] : piecesOf(text), ...(version ? { version } : {}) };
}

function comparePieces(a: readonly string[], b: readonly string[]): number {
  const most = Math.max(a.length, b.length);
  for (let index = 0; index < most; index += 1) {
    const one = a[index] ?? '';
    const two = b[index] ?? '';
    if (one === two) continue;
    const areNumbers = /^\d/.test(one) && /^\d/.test(two);
    if (areNumbers && one.length !== two.length) return one.length - two.length;
    if (/^\d/.test(one) !== /^\d/.test(two)) return /^\d/.test(one) ? 1 : -1;
    return one < two ? -1 : 1;
  }
  return 0;
}

/**
 * The order in which the newest release or tag of upstream is chosen (specification 8): PEP 440, what it cannot read below
 * all else. Not the order of ebuild versions: `1.0` and `1.0.0` are equal here.
 */
export function compareUpstreamVersions(
  a: UpstreamVersion | string,
  b: UpstreamVersion | string,
): -1 | 0 | 1 {
  const one = typeof a === 'string' ? parseUpstreamVersion(a) : a;
  const two = typeof b === 'string' ? parseUpstreamVersion(b) : b;
  if (one.version && two.version) return comparePythonVersions(one.version, two.version);
  if (one.version || two.version) return one.version ? 1 : -1;
  const order = comparePieces(one.pieces, two.pieces);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

/** The item with the newest version; of equals the first, which is the first that the upstream named. */
export function newestUpstream<T>(items: Iterable<T>, versionOf: (item: T) => string): T | undefined {
  let newest: { item: T; version: UpstreamVersion } | undefined;
  for (const item of items) {
    const version = parseUpstreamVersion(versionOf(item));
    if (!newest || compareUpstreamVersions(version, newest.version) > 0) newest = { item, version };
  }
  return newest?.item;
}
