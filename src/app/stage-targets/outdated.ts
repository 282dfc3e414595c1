import { compareVersions } from '../../stages/index.ts';
import { type MirrorEntry, placeOf, placeText } from './mirror-entries.ts';

/**
 * Entries that may go: of each subarch all versions but the newest ones that have a stage3 (so many as are kept) and what is newer than
 * those, and of package trees the same number. What a run begins with stays as long as anything of that run does.
 */
export function outdated(entries: readonly MirrorEntry[], keep: number): readonly string[] {
  const groups = new Map<string, MirrorEntry[]>();
  for (const entry of entries) {
    const place = placeOf(entry.about);
    const group = place ? placeText(place) : `${entry.about.place.build} trees`;
    groups.set(group, [...(groups.get(group) ?? []), entry]);
  }
  const old = [...groups.values()].flatMap((group) => outdatedIn(group, keep));
  const kept = entries.filter((entry) => !old.includes(entry));
  const begins = new Set(
    kept.flatMap(({ about: { begun } }) =>
      begun ? [`${placeText(begun.place)} ${begun.type} ${begun.version}`] : [],
    ),
  );
  return old
    .filter(({ about, version }) => {
      const place = placeOf(about);
      return place === undefined || !begins.has(`${placeText(place)} ${about.type} ${version}`);
    })
    .map(({ name }) => name);
}

function outdatedIn(group: readonly MirrorEntry[], keep: number): readonly MirrorEntry[] {
  const isWhole = ({ about }: MirrorEntry): boolean => about.type === 'stage3' || about.kind === 'snapshot';
  const whole = [...new Set(group.filter(isWhole).map(({ version }) => version))].sort(compareVersions);
  const oldest = whole.slice(-keep)[0];
  if (oldest === undefined || whole.length < keep) return [];
  return group.filter(({ version }) => compareVersions(version, oldest) < 0);
}
