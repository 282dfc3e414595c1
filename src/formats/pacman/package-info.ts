import { type Problem, problem } from '../../diagnostics/index.ts';

/** One line of `.PKGINFO` or `.BUILDINFO`; comments keep their place. */
export type InfoLine =
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'pair'; readonly key: string; readonly value: string };

/** `.PKGINFO`: order and unknown keys are kept in `lines`; the other fields have the names of its keys. */
export interface Pkginfo {
  readonly lines: readonly InfoLine[];
  readonly pkgname: string;
  readonly pkgbase?: string;
  /** Full version: `[epoch:]pkgver-pkgrel`. */
  readonly pkgver: string;
  readonly pkgdesc?: string;
  readonly url?: string;
  /** Seconds since the epoch. */
  readonly builddate?: number;
  readonly packager?: string;
  /** Installed size in bytes. */
  readonly size?: number;
  readonly arch: string;
  readonly license: readonly string[];
  readonly group: readonly string[];
  readonly depend: readonly string[];
  readonly optdepend: readonly string[];
  readonly makedepend: readonly string[];
  readonly checkdepend: readonly string[];
  readonly provides: readonly string[];
  readonly conflict: readonly string[];
  readonly replaces: readonly string[];
  readonly backup: readonly string[];
}

/** `.BUILDINFO` (BUILDINFO(5)): order and unknown keys are kept. */
export interface Buildinfo {
  readonly lines: readonly InfoLine[];
}

/** Every value of a key, in order. */
export function infoValues(lines: readonly InfoLine[], key: string): readonly string[] {
  const values: string[] = [];
  for (const line of lines) if (line.kind === 'pair' && line.key === key) values.push(line.value);
  return values;
}

function parseLines(text: string, file: string): { lines: InfoLine[]; problems: Problem[] } {
  const lines: InfoLine[] = [];
  const problems: Problem[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const equals = line.indexOf('=');
    if (line.startsWith('#')) lines.push({ kind: 'comment', text: line });
    else if (equals > 0) {
      lines.push({
        kind: 'pair',
        key: line.slice(0, equals).trimEnd(),
        value: line.slice(equals + 1).trimStart(),
      });
    } else if (problems.length < 20) {
      const what = `'${line.slice(0, 80)}' is not an assignment`;
      problems.push(problem('FMT010', { what, place: { file, line: index + 1, column: 1 } }));
    }
  }
  return { lines, problems };
}

/** The text of `.PKGINFO` or `.BUILDINFO` as makepkg writes it: `key = value` lines and comments. */
export function printInfo(lines: readonly InfoLine[]): string {
  return lines
    .map((line) => `${line.kind === 'comment' ? line.text : `${line.key} = ${line.value}`}\n`)
    .join('');
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

/** Present values only, so that absent fields are absent keys. */
function present<T extends Record<string, unknown>>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/**
 * Reads `.PKGINFO`; never throws. Lines that are no assignment are left out with a warning (FMT010), as pacman does;
 * without pkgname, pkgver or arch there is no value (FMT011).
 */
export function parsePkginfo(
  text: string,
  file: string,
): { pkginfo: Pkginfo | undefined; problems: readonly Problem[] } {
  const { lines, problems } = parseLines(text, file);
  const all = (key: string): readonly string[] => infoValues(lines, key);
  // pacman and repo-add let the last line win.
  const last = (key: string): string | undefined => all(key).at(-1);
  const [pkgname, pkgver, arch] = [last('pkgname'), last('pkgver'), last('arch')];
  for (const [key, value] of Object.entries({ pkgname, pkgver, arch })) {
    if (!value) problems.push(problem('FMT011', { what: `'${key}' is missing`, place: { file } }));
  }
  if (!pkgname || !pkgver || !arch) return { pkginfo: undefined, problems };
  const optional = present({
    pkgbase: last('pkgbase'),
    pkgdesc: last('pkgdesc'),
    url: last('url'),
    builddate: wholeNumber(last('builddate')),
    packager: last('packager'),
    size: wholeNumber(last('size')),
  });
  const pkginfo: Pkginfo = {
    lines,
    pkgname,
    pkgver,
    arch,
    ...optional,
    license: all('license'),
    group: all('group'),
    depend: all('depend'),
    optdepend: all('optdepend'),
    makedepend: all('makedepend'),
    checkdepend: all('checkdepend'),
    provides: all('provides'),
    conflict: all('conflict'),
    replaces: all('replaces'),
    backup: all('backup'),
  };
  return { pkginfo, problems };
}

/** Reads `.BUILDINFO`; never throws. */
export function parseBuildinfo(
  text: string,
  file: string,
): { buildinfo: Buildinfo; problems: readonly Problem[] } {
  const { lines, problems } = parseLines(text, file);
  return { buildinfo: { lines }, problems };
}
