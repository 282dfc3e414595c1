/** Versions of published packages by pkgbase, file `.version-state` on branch `state` (specification 7.8). */
export type VersionRows = ReadonlyMap<string, string>;

/** Reads `pkgbase:version` rows; split at the first colon only, for the rest may be an epoch (defect 8). Others are skipped. */
export function readVersionRows(text: string): VersionRows {
  const rows = new Map<string, string>();
  for (const line of text.split('\n')) {
    const row = line.trim();
    const colon = row.indexOf(':');
    if (colon > 0 && colon < row.length - 1) rows.set(row.slice(0, colon), row.slice(colon + 1));
  }
  return rows;
}

/** The text of the rows, sorted by code point; empty for none. */
export function writeVersionRows(rows: VersionRows): string {
  return [...rows]
    .map(([name, version]) => `${name}:${version}\n`)
    .sort()
    .join('');
}

/** A library whose published version is another one than before. */
export interface ChangedLibrary {
  readonly pkgbase: string;
  /** Undefined: it is new. */
  readonly from: string | undefined;
  readonly to: string;
}

/** Rows that are new or different, by name; those that vanished are no change. Without old rows there is no change. */
export function changedLibraries(before: VersionRows, after: VersionRows): readonly ChangedLibrary[] {
  if (before.size === 0) return [];
  const changed: ChangedLibrary[] = [];
  for (const [pkgbase, to] of after) {
    const from = before.get(pkgbase);
    if (from !== to) changed.push({ pkgbase, from, to });
  }
  return changed.sort((a, b) => (a.pkgbase < b.pkgbase ? -1 : 1));
}
