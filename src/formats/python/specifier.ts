import { fault, type Place } from '../../diagnostics/index.ts';
import {
  comparePythonVersions,
  formatPythonVersion,
  isPrerelease,
  type PythonVersion,
  parsePythonVersion,
  publicVersion,
} from './version.ts';

export type SpecifierOperator = '~=' | '==' | '!=' | '<=' | '>=' | '<' | '>' | '===';

/** One clause of a version specifier (PEP 440, "Version specifiers"). */
export interface SpecifierClause {
  readonly operator: SpecifierOperator;
  /** The version as written, without `.*`. */
  readonly text: string;
  /** Undefined of `===` alone, which compares text. */
  readonly version?: PythonVersion;
  /** `==1.2.*` and `!=1.2.*`. */
  readonly isPrefix: boolean;
}

/** Clauses that must all hold; none at all holds always. */
export interface Specifier {
  readonly clauses: readonly SpecifierClause[];
}

function flawOf({ operator, version, isPrefix }: SpecifierClause): string | undefined {
  if (operator === '===') return undefined;
  if (!version) return 'Behind the sign stands a version by PEP 440.';
  if (isPrefix && operator !== '==' && operator !== '!=') return "'.*' stands only behind '==' and '!='.";
  if (isPrefix && (version.pre || version.post || version.dev || version.local))
    return "'.*' follows numbers only.";
  if (version.local && operator !== '==' && operator !== '!=')
    return "A local version ('+...') can only be equal or not.";
  if (operator === '~=' && version.release.length < 2)
    return "'~=' needs at least two numbers: the last one is what may grow.";
  return undefined;
}

/**
 * Reads a specifier, `>=3.7,<4`. Throws PEP001 with the clause that is wrong; `place` is where the text stands.
 */
export function parseSpecifier(text: string, place?: Place): Specifier {
  const clauses: SpecifierClause[] = [];
  for (const written of text.split(',')) {
    const clause = written.trim();
    if (clause === '') continue;
    const match = /^(===|~=|==|!=|<=|>=|<|>)\s*([^\s,;)]+)$/.exec(clause);
    const wrong = (why?: string) =>
      fault('PEP001', { what: `'${clause}' is not a version specifier`, why, place });
    if (!match) throw wrong();
    const operator = match[1] as SpecifierOperator;
    const isPrefix = operator !== '===' && (match[2] ?? '').endsWith('.*');
    const bare = isPrefix ? (match[2] ?? '').slice(0, -2) : (match[2] ?? '');
    const version = operator === '===' ? undefined : parsePythonVersion(bare);
    const read = { operator, text: bare, isPrefix, ...(version ? { version } : {}) };
    const flaw = flawOf(read);
    if (flaw) throw wrong(flaw);
    clauses.push(read);
  }
  return { clauses };
}

/** The specifier as text, clauses in their order. */
export function formatSpecifier({ clauses }: Specifier): string {
  return clauses.map(({ operator, text, isPrefix }) => `${operator}${text}${isPrefix ? '.*' : ''}`).join(',');
}

/** Release, pre- and post-release as pieces, for `==1.2.*`. */
function pieces({ release, pre, post, dev }: PythonVersion, length: number): string[] {
  const numbers = [...release];
  while (numbers.length < length) numbers.push('0');
  return [
    ...numbers,
    ...(pre ? [`${pre.kind}${pre.number}`] : []),
    ...(post ? [`post${post.number}`] : []),
    ...(dev ? [`dev${dev.number}`] : []),
  ];
}

function hasPrefix(version: PythonVersion, prefix: PythonVersion): boolean {
  if (version.epoch !== prefix.epoch) return false;
  const wanted = pieces(prefix, 0);
  const own = pieces(version, prefix.release.length);
  return wanted.every((piece, index) => piece === own[index]);
}

/** `~=2.2.3`: at least that, and `==2.2.*`. */
function isCompatible(version: PythonVersion, wanted: PythonVersion): boolean {
  const prefix = { epoch: wanted.epoch, release: wanted.release.slice(0, -1) };
  return comparePythonVersions(publicVersion(version), wanted) >= 0 && hasPrefix(version, prefix);
}

function equals(version: PythonVersion, wanted: PythonVersion): boolean {
  return comparePythonVersions(wanted.local ? version : publicVersion(version), wanted) === 0;
}

/** `<1.0` leaves out the pre-releases of just this version, unless it is one itself: those from `1.0.dev0` on. */
function isBefore(version: PythonVersion, wanted: PythonVersion): boolean {
  if (comparePythonVersions(version, wanted) >= 0) return false;
  if (isPrerelease(wanted) || !isPrerelease(version)) return true;
  const earliest: PythonVersion = { ...publicVersion(wanted), dev: { kind: 'dev', number: '0' } };
  return comparePythonVersions(version, earliest) < 0;
}

/** `>1.0` leaves out the post-releases of just this version, unless it is one itself, and its local versions. */
function isBehind(version: PythonVersion, wanted: PythonVersion): boolean {
  if (comparePythonVersions(version, wanted) <= 0) return false;
  const { post, dev: _, local, ...before } = version;
  if (post && !wanted.post && comparePythonVersions(before, wanted) === 0) return false;
  return !(local && comparePythonVersions(publicVersion(version), wanted) === 0);
}

function clauseHolds(version: PythonVersion, clause: SpecifierClause): boolean {
  const { operator, version: wanted, isPrefix, text } = clause;
  if (!wanted || operator === '===') return formatPythonVersion(version) === text.toLowerCase();
  switch (operator) {
    case '~=':
      return isCompatible(version, wanted);
    case '==':
      return isPrefix ? hasPrefix(version, wanted) : equals(version, wanted);
    case '!=':
      return !(isPrefix ? hasPrefix(version, wanted) : equals(version, wanted));
    case '<=':
      return comparePythonVersions(publicVersion(version), wanted) <= 0;
    case '>=':
      return comparePythonVersions(publicVersion(version), wanted) >= 0;
    case '<':
      return isBefore(version, wanted);
    case '>':
      return isBehind(version, wanted);
  }
}

/** Whether a clause names a pre-release itself, which admits pre-releases in general (PEP 440, "Handling of pre-releases"). */
function namesPrerelease({ operator, version, isPrefix, text }: SpecifierClause): boolean {
  if (operator === '!=' || isPrefix) return false;
  const named = version ?? parsePythonVersion(text);
  return named !== undefined && isPrerelease(named);
}

/**
 * Whether a version meets all clauses (PEP 440 in full). A pre-release meets them only with `prereleases`, which is true
 * by default when a clause names one itself. For `requires_python` pass true: there the running Python counts as it is.
 */
export function meetsSpecifier(
  version: PythonVersion,
  specifier: Specifier,
  prereleases: boolean = specifier.clauses.some(namesPrerelease),
): boolean {
  if (isPrerelease(version) && !prereleases) return false;
  return specifier.clauses.every((clause) => clauseHolds(version, clause));
}
