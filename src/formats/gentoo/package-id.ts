import { fault, type Place } from '../../diagnostics/index.ts';
import { compareText } from '../../primitives/index.ts';
import { endsLikeVersion, isCategoryName, isPackageName } from './names.ts';
import { compareVersions, formatVersion, parseVersion, type Version, versionFlaw } from './version.ts';

/** Name and version of a package, as in the name of an ebuild. */
export interface NamedVersion {
  readonly name: string;
  readonly version: Version;
}

/** One version of one package: `category/name-version`. */
export interface PackageId extends NamedVersion {
  readonly category: string;
}

/** Takes `name-version[-rN]` apart (PMS 3.1.2 and 3.2); undefined when it is none. There is at most one way. */
export function parseNamedVersion(text: string): NamedVersion | undefined {
  for (let dash = text.indexOf('-'); dash >= 0; dash = text.indexOf('-', dash + 1)) {
    const name = text.slice(0, dash);
    const version = parseVersion(text.slice(dash + 1));
    if (version) return isPackageName(name) ? { name, version } : undefined;
  }
  return undefined;
}

/** Takes `category/name-version[-rN]` apart; undefined when it is none. */
export function parsePackageId(text: string): PackageId | undefined {
  const slash = text.indexOf('/');
  const category = text.slice(0, Math.max(slash, 0));
  const named = parseNamedVersion(text.slice(slash + 1));
  return named && isCategoryName(category) ? { category, ...named } : undefined;
}

/** `category/name-version[-rN]`, the opposite of `parsePackageId`. */
export function formatPackageId({ category, name, version }: PackageId): string {
  return `${category}/${name}-${formatVersion(version)}`;
}

/** `category/name` of `category/name-version[-rN]`; undefined when it is none. */
export function packageNameOf(cpv: string): string | undefined {
  const id = parsePackageId(cpv);
  return id && `${id.category}/${id.name}`;
}

/** Orders by category, then name, then version (PMS 3.3): sorting by it lists a tree with the newest version last. */
export function comparePackageIds(a: PackageId, b: PackageId): -1 | 0 | 1 {
  return (
    compareText(a.category, b.category) ||
    compareText(a.name, b.name) ||
    compareVersions(a.version, b.version)
  );
}

/** The name and version in the name of a file, `foo-1.0-r1.ebuild`; undefined when the name is not that of an ebuild. */
export function parseEbuildFileName(fileName: string): NamedVersion | undefined {
  return fileName.endsWith('.ebuild') ? parseNamedVersion(fileName.slice(0, -'.ebuild'.length)) : undefined;
}

/** What an ebuild is named after; a `version` with `-rN` of its own takes no further revision. */
export interface EbuildName {
  readonly category: string;
  readonly name: string;
  readonly version: string;
  /** A number, its digits, or a number for each version (0 for those that it does not list); 0 is none. */
  readonly revision?: number | string | Readonly<Record<string, number | string>> | undefined;
}

/** The revision that counts for a version: a whole number; PMS002 when it is none. */
export function revisionFor(version: string, revision: EbuildName['revision'], place?: Place): number {
  const wanted =
    revision !== null && typeof revision === 'object'
      ? Object.hasOwn(revision, version)
        ? revision[version]
        : 0
      : (revision ?? 0);
  const number = typeof wanted === 'string' && /^\d+$/.test(wanted) ? Number(wanted) : wanted;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw fault('PMS002', {
    what: `'${String(wanted)}' is not the revision of an ebuild`,
    why: 'A revision is a whole number, or a mapping from versions to whole numbers.',
    place,
  });
}

/**
 * The name of the file of an ebuild, `NAME-VERSION[-rN].ebuild`, after category, name, version and revision were found
 * in order (PMS 3.1, 3.2). Throws PMS001 for the version, PMS002 for the others.
 */
export function ebuildFileName(ebuild: EbuildName, place?: Place): string {
  const { category, name, version } = ebuild;
  if (!isCategoryName(category))
    throw fault('PMS002', { what: `'${category}' is not the name of a category`, place });
  if (!isPackageName(name)) {
    const why = endsLikeVersion(name)
      ? 'The name of a package must not end with a hyphen and something that could be a version.'
      : undefined;
    throw fault('PMS002', { what: `'${name}' is not the name of a package`, why, place });
  }
  const flaw = versionFlaw(version);
  if (flaw) throw fault('PMS001', { what: `'${version}' is not the version of an ebuild`, why: flaw, place });
  const revision = revisionFor(version, ebuild.revision, place);
  if (revision === 0) return `${name}-${version}.ebuild`;
  if (/-r\d+$/.test(version))
    throw fault('PMS002', {
      what: `'${version}' has a revision already, ${revision} is a second one`,
      place,
    });
  return `${name}-${version}-r${revision}.ebuild`;
}
