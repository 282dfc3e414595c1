import type { PackageEntries, PackageEntry } from './package-entries.ts';

/** How one path is not the same in two packages. */
export interface EntryDifference {
  readonly path: string;
  readonly kind: 'only-before' | 'only-after' | 'changed';
  /** What differs of it: `content`, `mode`, `owner`, `time`, `type`, `link`; empty for what is only in one. */
  readonly aspects: readonly string[];
  readonly before: PackageEntry | undefined;
  readonly after: PackageEntry | undefined;
  /** What differs inside, as lines for readers. */
  readonly lines: readonly string[];
}

const aspects = [
  ['type', ({ type }: PackageEntry) => type],
  ['content', ({ sha256 }: PackageEntry) => sha256],
  ['mode', ({ mode }: PackageEntry) => mode],
  ['owner', ({ owner }: PackageEntry) => owner],
  ['time', ({ modified }: PackageEntry) => modified],
  ['link', ({ link }: PackageEntry) => link],
] as const;

/**
 * What differs between two packages, by path; `times: false` leaves the times of entries out. Two packages with the
 * same entries give an empty list, whatever their order and compression.
 */
export function compareEntries(
  before: PackageEntries,
  after: PackageEntries,
  { times = true }: { readonly times?: boolean } = {},
): readonly EntryDifference[] {
  const differences: EntryDifference[] = [];
  for (const path of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [old, young] = [before.get(path), after.get(path)];
    if (!old || !young) {
      const kind = old ? 'only-before' : 'only-after';
      differences.push({ path, kind, aspects: [], before: old, after: young, lines: [] });
      continue;
    }
    const changed = aspects
      .filter(([name, of]) => of(old) !== of(young) && (times || name !== 'time'))
      .map(([name]) => name);
    if (changed.length > 0) {
      differences.push({ path, kind: 'changed', aspects: changed, before: old, after: young, lines: [] });
    }
  }
  return differences;
}

const octal = (mode: number | undefined): string => (mode ?? 0).toString(8).padStart(4, '0');

/** What can be said of a difference without the bytes: modes, owners, times, links. */
export function describeAspects({ aspects: found, before, after }: EntryDifference): readonly string[] {
  return found.flatMap((aspect) => {
    if (aspect === 'mode') return [`mode ${octal(before?.mode)}, then ${octal(after?.mode)}`];
    if (aspect === 'owner') return [`owner ${before?.owner}, then ${after?.owner}`];
    if (aspect === 'time') return [`time ${before?.modified}, then ${after?.modified}`];
    if (aspect === 'type') return [`${before?.type}, then ${after?.type}`];
    if (aspect === 'link') return [`links to '${before?.link}', then to '${after?.link}'`];
    return [];
  });
}
