import { parseNamedVersion, parsePackageId } from '../package-id.ts';
import { indexValue, type PackagesIndex, type Stanza } from './packages-index.ts';

/** Endings of package files, longest first. */
const endings = ['.gpkg.tar', '.xpak', '.tbz2'] as const;

/** What the name of a package file says. */
export interface PackageFileName {
  /** `name-version[-rN]`. */
  readonly pf: string;
  /** Undefined in layouts that keep one file for each version. */
  readonly buildId: number | undefined;
}

/** Whether a file may be a binary package, by its name. */
export function isPackageFileName(name: string): boolean {
  return endings.some((ending) => name.endsWith(ending) && name.length > ending.length);
}

/** Takes the name of a package file apart (specification 2.4); undefined when it is none. */
export function parsePackageFileName(path: string): PackageFileName | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const ending = endings.find((one) => name.endsWith(one));
  if (!ending) return undefined;
  return parseInstanceName(name.slice(0, -ending.length));
}

/** `name-version` with or without a BUILD_ID behind its last hyphen; the number counts only if the rest is one as well. */
export function parseInstanceName(text: string): PackageFileName | undefined {
  const hyphen = text.lastIndexOf('-');
  const [rest, number] = [text.slice(0, hyphen), text.slice(hyphen + 1)];
  if (hyphen > 0 && /^[1-9]\d{0,14}$/.test(number) && parseNamedVersion(rest))
    return { pf: rest, buildId: Number(number) };
  return parseNamedVersion(text) ? { pf: text, buildId: undefined } : undefined;
}

/** Where a package of an index lies, relative to its folder: its PATH, or by its CPV as old ones had it. */
export function packagePath(stanza: Stanza): string {
  return stanza.get('PATH') || `${stanza.get('CPV') ?? ''}.tbz2`;
}

/** Whether a path from an index stays below its folder. */
export function isInnerPath(path: string): boolean {
  return path !== '' && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** The address of a package: the URI of the header, or else where the index came from, and the path. */
export function packageAddress(
  base: string,
  { header }: Pick<PackagesIndex, 'header'>,
  path: string,
): string {
  let start = header.get('URI') || base;
  while (start.endsWith('/')) start = start.slice(0, -1);
  return `${start}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** What tells one file of an index from all others (specification 2.4), as one text. */
export function instanceKey(index: Pick<PackagesIndex, 'header'>, stanza: Stanza): string {
  return ['CPV', 'BUILD_ID', 'SIZE', 'BUILD_TIME', 'MTIME']
    .map((key) => indexValue(index, stanza, key))
    .join('\n');
}

/** The usual path of a new build in a folder that keeps several of one version. */
export function instancePath(cpv: string, buildId: number, format: 'gpkg' | 'xpak'): string | undefined {
  const id = parsePackageId(cpv);
  const pf = cpv.slice(cpv.indexOf('/') + 1);
  return id && `${id.category}/${id.name}/${pf}-${buildId}${format === 'gpkg' ? '.gpkg.tar' : '.xpak'}`;
}
