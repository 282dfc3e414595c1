/** What the name of a package file says (`makepkg` builds it so). */
export interface PackageFileName {
  readonly name: string;
  /** `[epoch:]pkgver-pkgrel`. */
  readonly version: string;
  readonly arch: string;
  /** From `.pkg.tar` on: `.pkg.tar`, `.pkg.tar.zst`. */
  readonly extension: string;
}

/** Takes `foo-bar-1:2.0-3-x86_64.pkg.tar.zst` apart; undefined when it is not the name of a package file. */
export function parsePackageFileName(fileName: string): PackageFileName | undefined {
  const match = /^(.+)-([^-]+-[^-]+)-([^-]+?)(\.pkg\.tar(?:\.[A-Za-z0-9]+)?)$/.exec(fileName);
  if (!match || fileName.includes('/')) return undefined;
  const [, name = '', version = '', arch = '', extension = ''] = match;
  return { name, version, arch, extension };
}

/** The opposite of `parsePackageFileName`. */
export function formatPackageFileName(parts: PackageFileName): string {
  return `${parts.name}-${parts.version}-${parts.arch}${parts.extension}`;
}

/** The rule for names (PKGBUILD(5), specification 2.4): lower case, digits, `@ . _ + -`, not first `-` or `.`, 255 bytes. */
export function isValidPkgname(name: string): boolean {
  return name.length <= 255 && /^[a-z0-9@_+][a-z0-9@._+-]*$/.test(name);
}
