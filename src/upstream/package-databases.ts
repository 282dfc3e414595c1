import { fileURLToPath } from 'node:url';
import { type Problem, problem } from '../diagnostics/index.ts';
import type { Fetcher } from '../fetcher/index.ts';
import { type DatabaseEntry, parseDesc, readDatabase } from '../formats/pacman/index.ts';
import { type ChangedLibrary, changedLibraries, type VersionRows } from '../formats/pkgbuild-repo/index.ts';
import { bytesIfThere, entryFacts, pathKind, realPath, xzCodec } from '../host/index.ts';
import {
  databaseExtractName,
  type PublishedPackage,
  readDatabaseExtract,
  writeDatabaseExtract,
} from './database-extract.ts';
import { asCause, troubleOf } from './package-trouble.ts';

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

export interface DatabaseOptions {
  readonly fetcher: Fetcher;
  readonly signal?: AbortSignal | undefined;
}

/** The largest database there is has some 10 MB; a `.files` database some 200. */
const databaseLimit = 512 * 1024 * 1024;
const databaseTimeoutMs = 120_000;

/**
 * Reads pacman databases, packed with gzip, zstd or xz (specification 7.8): from servers, or from this machine where the
 * address is a `file:` URL or an absolute path. One that cannot be had or is damaged is UPS050 and has no packages; a
 * single damaged entry is FMT031 and missing. One of a server that did not change since the last run is not read again: what
 * was read is kept beside it.
 */
export async function readPackageDatabases(
  urls: readonly string[],
  options: DatabaseOptions,
): Promise<PackageDatabases> {
  const problems: Problem[] = [];
  const databases = await Promise.all(
    urls.map(async (url): Promise<PackageDatabase> => {
      const read = await readOne(url, options);
      problems.push(...read.problems);
      return { url, packages: read.packages };
    }),
  );
  return { databases, problems };
}

async function readOne(
  url: string,
  options: DatabaseOptions,
): Promise<{ packages: readonly PublishedPackage[] | undefined; problems: readonly Problem[] }> {
  const failed = (why: string) => ({
    packages: undefined,
    problems: [problem('UPS050', { what: `'${url.replace(/[?#].*$/s, '')}' cannot be had`, why })],
  });
  try {
    const answer = isOfThisMachine(url) ? undefined : await options.fetcher.get(url, limitsOf(options));
    const bytes = answer ? answer.bytes : bytesOfFile(url);
    if (typeof bytes === 'string') return failed(bytes);
    const known = answer && readDatabaseExtract(options.fetcher.derived(answer, databaseExtractName), bytes);
    if (known) return { packages: known, problems: [] };
    // to the parser no bytes are a database without packages; to us they are a server in trouble
    if (bytes.byteLength === 0) return failed('It is empty.');
    const { entries, problems } = readDatabase(bytes, url, { xz: xzCodec });
    const damage = problems.find(({ code }) => code !== 'FMT031');
    if (damage) return failed(asCause(damage));
    const packages = entries.map(publishedPackage);
    // what is the matter with entries is told by each run, which therefore has to read them
    if (answer && problems.length === 0)
      await options.fetcher.keepDerived(answer, databaseExtractName, writeDatabaseExtract(packages, bytes));
    return { packages, problems };
  } catch (error) {
    return failed(asCause(troubleOf(error)));
  }
}

const isOfThisMachine = (url: string): boolean => /^(?:\/|file:)/i.test(url);

const limitsOf = ({ signal }: DatabaseOptions) => ({
  maxBytes: databaseLimit,
  timeoutMs: databaseTimeoutMs,
  signal,
});

/** The bytes of a database of this machine, or why there are none. Throws SYS004. */
function bytesOfFile(url: string): Uint8Array | string {
  const path = url.startsWith('/') ? url : pathOf(url);
  if (path === undefined) return 'The address names no file of this machine.';
  // a device or a pipe would never end
  const kind = pathKind(path);
  if (kind !== 'file' && kind !== 'none') return 'It is no ordinary file.';
  // repo-add makes a link of the plain name
  const size = entryFacts(realPath(path))?.sizeBytes ?? 0;
  if (size > databaseLimit) return `It is longer than ${databaseLimit} bytes.`;
  return bytesIfThere(path) ?? 'There is no such file on this machine.';
}

function pathOf(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

function publishedPackage({ name, version, desc }: DatabaseEntry): PublishedPackage {
  const fields = parseDesc(desc);
  const pkgbase = fields.get('BASE')?.[0] ?? name;
  return {
    name,
    version,
    pkgbase,
    provides: fields.get('PROVIDES') ?? [],
    depends: fields.get('DEPENDS') ?? [],
  };
}

/**
 * The rows of `.version-state` after reading databases, and what changed against the old ones (specification 7.8). The
 * first database that has a pkgbase counts. What a database that could not be had may have said is taken from the old rows,
 * so that its trouble changes nothing, neither now nor when it is back (K05). Without old rows nothing has changed.
 */
export function nextVersionRows(
  old: VersionRows,
  { databases }: PackageDatabases,
): { readonly rows: VersionRows; readonly changes: readonly ChangedLibrary[] } {
  const rows = new Map<string, string>();
  let isCertain = true;
  for (const { packages } of databases) {
    if (!packages) isCertain = false;
    for (const { pkgbase, version } of packages ?? []) {
      if (rows.has(pkgbase)) continue;
      // a database in front of this one may have another version, and it alone would count
      rows.set(pkgbase, isCertain ? version : (old.get(pkgbase) ?? version));
    }
  }
  if (!isCertain) for (const [pkgbase, version] of old) if (!rows.has(pkgbase)) rows.set(pkgbase, version);
  return { rows, changes: changedLibraries(old, rows) };
}
