import { digestBytes } from '../host/index.ts';

/** One binary package of a database. */
export interface PublishedPackage {
  readonly name: string;
  readonly pkgbase: string;
  /** `[epoch:]pkgver-pkgrel`. */
  readonly version: string;
  /** As the database has them: `libfoo.so=2-64`, `foo=1.2`. */
  readonly provides: readonly string[];
  /** As the database has them; sonames included: `libfoo.so=2-64`, `bar>=1`. */
  readonly depends: readonly string[];
}

/** Under which what was read from a database is kept; another form needs another name. */
export const databaseExtractName = 'packages-1';

type Row = readonly [
  name: string,
  pkgbase: string,
  version: string,
  provides: readonly string[],
  depends: readonly string[],
];

interface Kept {
  /** SHA-256 of the database: a date of the server's has no more than seconds. */
  readonly of: string;
  readonly rows: readonly Row[];
}

/** What runs need of a database, as a file to be kept as long as the database is the same. */
export function writeDatabaseExtract(
  packages: readonly PublishedPackage[],
  database: Uint8Array,
): Uint8Array {
  const rows = packages.map(
    ({ name, pkgbase, version, provides, depends }): Row => [name, pkgbase, version, provides, depends],
  );
  const kept: Kept = { of: digestBytes(database), rows };
  return Buffer.from(JSON.stringify(kept));
}

/** Reads a kept extract of a database; undefined when there is none of these bytes. */
export function readDatabaseExtract(
  bytes: Uint8Array | undefined,
  database: Uint8Array,
): readonly PublishedPackage[] | undefined {
  if (bytes === undefined) return undefined;
  try {
    // nobody but us writes there, and a torn file is no answer of the cache
    const { of, rows } = JSON.parse(Buffer.from(bytes).toString('utf8')) as Kept;
    if (of !== digestBytes(database)) return undefined;
    return rows.map(([name, pkgbase, version, provides, depends]) => ({
      name,
      pkgbase,
      version,
      provides,
      depends,
    }));
  } catch {
    return undefined;
  }
}
