import type { Atom } from './atom.ts';
import type { PackageId } from './package-id.ts';
import { settleUseDependency, type UseDependency } from './use-dependency.ts';
import { compareVersions, formatVersion, type Version } from './version.ts';

/** A package as far as atoms look at it; what is undefined is not looked at, as for a package that is not built yet. */
export interface MatchedPackage extends PackageId {
  readonly slot?: string | undefined;
  /** Undefined when it is the slot, as for `SLOT="0"`. */
  readonly subslot?: string | undefined;
  readonly repository?: string | undefined;
  /** Flags that are enabled. */
  readonly use?: ReadonlySet<string> | undefined;
  /** Flags that it knows, the implicit ones too; without it every flag is known. */
  readonly iuse?: ReadonlySet<string> | undefined;
}

/** A version as `=...*` compares it: the first number without zeros in front. */
const bare = (version: Version): string => formatVersion(version).replace(/^0+(?=\d)/, '');

/** `=1.2*`: the beginning of the text, up to a border between parts, so that it does not match 1.20 (PMS 8.3.1). */
function beginsWith(version: Version, wanted: Version): boolean {
  const text = bare(version);
  const start = bare(wanted);
  if (!text.startsWith(start)) return false;
  const next = text[start.length];
  if (next === undefined || '.-_'.includes(next)) return true;
  return /\d/.test(start.at(-1) ?? '') !== /\d/.test(next);
}

/** Whether a version is what operator and version of an atom ask for (PMS 8.3.1). Without an operator each one is. */
export function matchesVersion(version: Version, atom: Pick<Atom, 'operator' | 'version'>): boolean {
  const wanted = atom.version;
  if (!wanted) return true;
  switch (atom.operator) {
    case '<':
      return compareVersions(version, wanted) < 0;
    case '<=':
      return compareVersions(version, wanted) <= 0;
    case '=':
      return compareVersions(version, wanted) === 0;
    case '=*':
      return beginsWith(version, wanted);
    case '~': {
      const { revision: _, ...own } = version;
      const { revision: __, ...other } = wanted;
      return compareVersions(own, other) === 0;
    }
    case '>=':
      return compareVersions(version, wanted) >= 0;
    case '>':
      return compareVersions(version, wanted) > 0;
    default:
      return true;
  }
}

function meetsUse(candidate: MatchedPackage, wanted: UseDependency): boolean {
  if (!candidate.use) return true;
  const isWanted = wanted.kind === 'enabled';
  if (candidate.iuse && !candidate.iuse.has(wanted.flag))
    return wanted.default !== undefined && (wanted.default === '+') === isWanted;
  return candidate.use.has(wanted.flag) === isWanted;
}

/** The atom for a dependent whose flags are known: `[f?]` and the like become `[f]`, `[-f]` or nothing. */
export function settleAtom(atom: Atom, ownFlags: ReadonlySet<string>): Atom {
  if (atom.use.length === 0) return atom;
  return { ...atom, use: atom.use.flatMap((one) => settleUseDependency(one, ownFlags) ?? []) };
}

/**
 * Whether a package is what the atom names (PMS 8.3); a blocker matches what it blocks. `ownFlags` are those of the package
 * whose dependency it is, for `[f?]`, `[f=]` and their like. A flag that the package does not know counts as the atom's
 * `(+)` or `(-)` says; without that nothing matches.
 */
export function matchesAtom(
  atom: Atom,
  candidate: MatchedPackage,
  ownFlags: ReadonlySet<string> = new Set(),
): boolean {
  if (atom.category !== candidate.category || atom.name !== candidate.name) return false;
  if (!matchesVersion(candidate.version, atom)) return false;
  if (atom.slot !== undefined && candidate.slot !== undefined) {
    if (atom.slot !== candidate.slot) return false;
    if (atom.subslot !== undefined && atom.subslot !== (candidate.subslot ?? candidate.slot)) return false;
  }
  if (atom.repository !== undefined && (candidate.repository ?? atom.repository) !== atom.repository)
    return false;
  return settleAtom(atom, ownFlags).use.every((wanted) => meetsUse(candidate, wanted));
}
