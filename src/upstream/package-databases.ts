import type { Problem } from '../diagnostics/index.ts';
import type { Fetcher } from '../fetcher/index.ts';

/** One binary package of a database. */
export interface PublishedPackage {
  readonly name: string;
  readonly pkgbase: string;
  /** `[epoch:]pkgver-pkgrel`. */
  readonly version: string;
  /** As the database has them: `libfoo.so=2-64`, `foo=1.2`. */
  readonly provides: readonly string[];
}

/** A database that was asked for; `packages` is undefined when it could not be had. */
export interface PackageDatabase {
  readonly url: string;
  readonly packages: readonly PublishedPackage[] | undefined;
}

export interface PackageDatabases {
  /** In the order asked for. */
  readonly databases: readonly PackageDatabase[];
  readonly problems: readonly Problem[];
}

/** Downloads pacman databases (specification 7.8). One that cannot be had is a problem of its own. */
export async function readPackageDatabases(
  _urls: readonly string[],
  _options: { readonly fetcher: Fetcher; readonly signal?: AbortSignal | undefined },
): Promise<PackageDatabases> {
  throw new Error('not there yet');
}

/** A package base whose published version changed. */
export interface VersionChange {
  readonly pkgbase: string;
  /** Undefined when it is new. */
  readonly from: string | undefined;
  readonly to: string;
}

/**
 * The rows of `.version-state` after reading databases, and what changed against the old ones (specification 7.8). The first
 * database that has a pkgbase counts. While a database is missing, what it might have said is taken from the old rows (K05).
 */
export function nextVersionRows(
  _old: ReadonlyMap<string, string>,
  _read: PackageDatabases,
): { readonly rows: ReadonlyMap<string, string>; readonly changes: readonly VersionChange[] } {
  throw new Error('not there yet');
}
