import type { Srcinfo, SrcinfoSection } from './srcinfo.ts';
import { sectionValues, srcinfoVersion } from './srcinfo.ts';
import { checksumFields } from './srcinfo-print.ts';

/** What holds for one package of a recipe on one architecture. Dependency lists are texts for `parseDependency`. */
export interface PackageView {
  readonly pkgbase: string;
  readonly pkgname: string;
  /** `[epoch:]pkgver-pkgrel`. */
  readonly version: string;
  readonly pkgdesc?: string;
  readonly url?: string;
  readonly install?: string;
  readonly changelog?: string;
  readonly arch: readonly string[];
  readonly license: readonly string[];
  readonly groups: readonly string[];
  readonly depends: readonly string[];
  readonly makedepends: readonly string[];
  readonly checkdepends: readonly string[];
  readonly optdepends: readonly string[];
  readonly provides: readonly string[];
  readonly conflicts: readonly string[];
  readonly replaces: readonly string[];
  readonly backup: readonly string[];
  readonly options: readonly string[];
  readonly noextract: readonly string[];
  readonly validpgpkeys: readonly string[];
  readonly source: readonly string[];
  /** By array name (`sha256sums`); each list goes with `source`. Arrays that are not set are absent. */
  readonly checksums: Readonly<Record<string, readonly string[]>>;
}

/** Fields that a package section may override. `makedepends` and the sources belong to the whole recipe. */
function effective(base: SrcinfoSection, member: SrcinfoSection | undefined, key: string): readonly string[] {
  return member?.fields.has(key) ? sectionValues(member, key) : sectionValues(base, key);
}

/**
 * The effective fields of package `pkgname` on `arch`: what its section sets replaces what holds for all (also
 * with nothing), each array with its `_<arch>` array behind it (PKGBUILD(5)). Undefined when there is no such package.
 */
export function packageView(srcinfo: Srcinfo, pkgname: string, arch: string): PackageView | undefined {
  const member = srcinfo.members.find(({ name }) => name === pkgname);
  if (!member) return undefined;
  const { base } = srcinfo;
  const merged = (key: string, section: SrcinfoSection | undefined): readonly string[] => {
    const plain = effective(base, section, key);
    const special = effective(base, section, `${key}_${arch}`);
    return special.length ? [...plain, ...special] : plain;
  };
  const own = (key: string): readonly string[] => merged(key, member).filter((value) => value !== '');
  const all = (key: string): readonly string[] => merged(key, undefined);
  const single = (key: string): Record<string, string> => {
    const value = effective(base, member, key)[0];
    return value === undefined ? {} : { [key]: value };
  };
  const checksums = checksumFields
    .map((key) => [key, all(key)] as const)
    .filter(([, sums]) => sums.length > 0);
  return {
    pkgbase: base.name,
    pkgname,
    version: srcinfoVersion(srcinfo),
    ...single('pkgdesc'),
    ...single('url'),
    ...single('install'),
    ...single('changelog'),
    arch: effective(base, member, 'arch'),
    license: effective(base, member, 'license'),
    groups: effective(base, member, 'groups'),
    depends: own('depends'),
    makedepends: all('makedepends').filter((value) => value !== ''),
    checkdepends: own('checkdepends'),
    optdepends: own('optdepends'),
    provides: own('provides'),
    conflicts: own('conflicts'),
    replaces: own('replaces'),
    backup: effective(base, member, 'backup'),
    options: effective(base, member, 'options'),
    noextract: sectionValues(base, 'noextract'),
    validpgpkeys: sectionValues(base, 'validpgpkeys'),
    source: all('source'),
    checksums: Object.fromEntries(checksums),
  };
}
