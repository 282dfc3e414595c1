import { compareBytes } from '../../../primitives/index.ts';

/** Values by key, under the names that the file has for them. */
export type Stanza = ReadonlyMap<string, string>;

/** The index of a folder of binary packages, `Packages` (specification 2.2). */
export interface PackagesIndex {
  readonly header: Stanza;
  /** Those with a CPV, as they were written: what equals its default is absent. */
  readonly packages: readonly Stanza[];
}

/** Names that Portage has for some keys while it sorts them. */
const innerNames: Readonly<Record<string, string>> = {
  DESC: 'DESCRIPTION',
  MTIME: '_mtime_',
  REPO: 'repository',
};

const innerName = (key: string): string => innerNames[key] ?? key;

/** What an absent key of a package means. */
const defaults: Readonly<Record<string, string>> = { EAPI: '0', SLOT: '0' };

/** Keys that packages have from the header when they do not have them themselves. */
const inherited: readonly string[] = ['CHOST', 'REPO'];

function parseStanza(lines: readonly string[]): Stanza {
  const stanza = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon >= 0) stanza.set(line.slice(0, colon), line.slice(colon + 2));
  }
  return stanza;
}

/** Reads an index; never throws, as every text is one. The first stanza is the header, whatever it holds. */
export function parsePackagesIndex(text: string): PackagesIndex {
  const stanzas: string[][] = [[]];
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\r$/, '');
    if (line.trim() !== '') stanzas.at(-1)?.push(line);
    else if (stanzas.at(-1)?.length !== 0) stanzas.push([]);
  }
  const [header = new Map<string, string>(), ...packages] = stanzas.map(parseStanza);
  return { header, packages: packages.filter((stanza) => (stanza.get('CPV') ?? '') !== '') };
}

/** Whether the version of an index is one whose rules are known: a whole number up to 0. */
export function isKnownIndex({ header }: PackagesIndex): boolean {
  const version = header.get('VERSION')?.trim() ?? '';
  return /^[+-]?\d{1,9}$/.test(version) && Number(version) <= 0;
}

/** A value of a package: its own, the header's, or what an absent one means. */
export function indexValue(index: Pick<PackagesIndex, 'header'>, stanza: Stanza, key: string): string {
  const own = stanza.get(key);
  if (own !== undefined) return own;
  return (inherited.includes(key) ? index.header.get(key) : undefined) ?? defaults[key] ?? '';
}

function printStanza(stanza: Stanza, isLeftOut: (key: string, value: string) => boolean): string {
  const keys = [...stanza.keys()].sort((a, b) => compareBytes(innerName(a), innerName(b)));
  return keys
    .flatMap((key) => {
      const value = stanza.get(key) ?? '';
      return isLeftOut(key, value) ? [] : [`${key}: ${value}\n`];
    })
    .join('');
}

/**
 * The text of an index as Portage writes it (specification 2.3): keys by their inner names, packages by CPV as plain text,
 * defaults and what the header says left out; PACKAGES and TIMESTAMP (seconds since the epoch) are set.
 */
export function printPackagesIndex(index: PackagesIndex, timestamp: number): string {
  const header = new Map(index.header)
    .set('PACKAGES', String(index.packages.length))
    .set('TIMESTAMP', String(timestamp));
  const cpv = (stanza: Stanza): string => stanza.get('CPV') ?? '';
  const packages = [...index.packages].sort((a, b) => compareBytes(cpv(a), cpv(b)));
  const isUsual = (key: string, value: string): boolean =>
    value === (inherited.includes(key) ? (header.get(key) ?? '') : (defaults[key] ?? ''));
  const texts = packages.map((stanza) => printStanza(stanza, isUsual));
  return [printStanza(header, () => false), ...texts].map((text) => `${text}\n`).join('');
}
