import { infoValues, type Pkginfo } from './package-info.ts';

/** One package of a repository database, with the texts as they stand in it. */
export interface DatabaseEntry {
  readonly name: string;
  /** `[epoch:]pkgver-pkgrel`. */
  readonly version: string;
  /** Text of the `desc` file; `parseDesc` reads it. */
  readonly desc: string;
  /** Text of the `files` file; only in databases of the kind `files`, or when it is to be written into one. */
  readonly files?: string;
}

/** The blocks of a `desc` or `files` file: name without percent signs → lines, in the order of the file. */
export type DescFields = ReadonlyMap<string, readonly string[]>;

/** Reads a `desc` or `files` file. Never throws; lines outside of blocks are left out, as libalpm does. */
export function parseDesc(text: string): DescFields {
  const fields = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of text.split('\n')) {
    if (line === '') current = undefined;
    else if (current) current.push(line);
    else if (line.length > 2 && line.startsWith('%') && line.endsWith('%')) {
      const name = line.slice(1, -1);
      current = fields.get(name) ?? [];
      fields.set(name, current);
    }
  }
  return fields;
}

/** The text that `parseDesc` reads; each block ends with an empty line, as repo-add writes `desc`. */
export function printDesc(fields: DescFields): string {
  let text = '';
  for (const [name, lines] of fields) text += `%${name}%\n${lines.map((line) => `${line}\n`).join('')}\n`;
  return text;
}

/** The paths that a `files` file lists. */
export function parseFiles(text: string): readonly string[] {
  return parseDesc(text).get('FILES') ?? [];
}

/** The text of a `files` file as repo-add writes it: no empty line at the end. */
export function printFiles(paths: readonly string[]): string {
  return `%FILES%\n${paths.map((path) => `${path}\n`).join('')}`;
}

/** By UTF-8 bytes, as `LC_ALL=C sort -u` does; each path once. */
export function sortPaths(paths: Iterable<string>): readonly string[] {
  const unique = [...new Set(paths)];
  // UTF-16 order differs from byte order only where surrogates meet the last of the basic plane.
  const plain = !unique.some((path) => /[\ud800-\uffff]/.test(path));
  if (plain) return unique.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return unique.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** What repo-add knows of a package file. */
export interface PackageFileFacts {
  readonly pkginfo: Pick<Pkginfo, 'lines'>;
  readonly fileName: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal digests of the file. */
  readonly md5: string;
  readonly sha256: string;
  /** The binary detached signature; without it the entry has no %PGPSIG%. */
  readonly signature?: Uint8Array | undefined;
  /** Paths as `readPackage` lists them. */
  readonly files: readonly string[];
}

/**
 * The value of a `.PKGINFO` line as repo-add's `IFS=' =' read` sees it: one word loses one `=` behind it, and runs of
 * white space become one space.
 */
function asRepoAddReads(value: string): string {
  const single = /^([^ =]*) *= *$/.exec(value);
  return (single?.[1] ?? value).replace(/[ \t\v\f\r]+/g, ' ');
}

/** The database entry of a package, byte for byte what repo-add of pacman 6 writes (repo-add(8)). */
export function entryFromPackage(facts: PackageFileFacts): DatabaseEntry {
  const all = (key: string): readonly string[] => infoValues(facts.pkginfo.lines, key).map(asRepoAddReads);
  const last = (key: string): readonly string[] => all(key).slice(-1);
  const signature = facts.signature ? [Buffer.from(facts.signature).toString('base64')] : [];
  const fields: readonly (readonly [string, readonly string[]])[] = [
    ['FILENAME', [facts.fileName]],
    ['NAME', last('pkgname')],
    ['BASE', last('pkgbase')],
    ['VERSION', last('pkgver')],
    ['DESC', last('pkgdesc')],
    ['GROUPS', all('group')],
    ['CSIZE', [String(facts.sizeBytes)]],
    ['ISIZE', last('size')],
    ['MD5SUM', [facts.md5]],
    ['SHA256SUM', [facts.sha256]],
    ['PGPSIG', signature],
    ['URL', last('url')],
    ['LICENSE', all('license')],
    ['ARCH', last('arch')],
    ['BUILDDATE', last('builddate')],
    ['PACKAGER', last('packager')],
    ['REPLACES', all('replaces')],
    ['CONFLICTS', all('conflict')],
    ['PROVIDES', all('provides')],
    ['DEPENDS', all('depend')],
    ['OPTDEPENDS', all('optdepend')],
    ['MAKEDEPENDS', all('makedepend')],
    ['CHECKDEPENDS', all('checkdepend')],
  ];
  // repo-add leaves a block out when its first line is empty.
  const desc = printDesc(new Map(fields.filter(([, lines]) => lines[0])));
  return {
    name: last('pkgname')[0] ?? '',
    version: last('pkgver')[0] ?? '',
    desc,
    files: printFiles(sortPaths(facts.files)),
  };
}
