import type { Claimant, QueueEntry } from './queue-backend.ts';

/** Where a job may run: on builders of at least `rank`, or on the builder named `address` alone. */
export type Fit = { readonly rank: number } | { readonly address: string };

/** Reads a build class by specification 12.6: none, and anything below 1, counts as 1. */
export function fitOf(buildClass: QueueEntry['buildClass']): Fit {
  if (typeof buildClass === 'string') return { address: buildClass };
  return { rank: buildClass === undefined || !(buildClass >= 1) ? 1 : buildClass };
}

/** Whether this builder may take a job of this build class (12.6), these labels and this architecture; not: has room. */
export function mayTake(
  claimant: Claimant,
  entry: Pick<QueueEntry, 'buildClass' | 'labels' | 'arch'>,
): boolean {
  if (!buildsFor(claimant, entry.arch)) return false;
  const carried = claimant.labels ?? [];
  if (!(entry.labels ?? []).every((label) => carried.includes(label))) return false;
  const fit = fitOf(entry.buildClass);
  if ('address' in fit) return fit.address === claimant.builder;
  return claimant.builderClass !== undefined && claimant.builderClass >= fit.rank;
}

/** Whether a claimant builds for a kind of machine; undefined is the farm's usual one. */
const buildsFor = (claimant: Pick<Claimant, 'arches' | 'usualArch'>, arch: string | undefined): boolean =>
  arch === undefined ? claimant.usualArch !== false : (claimant.arches ?? []).includes(arch);

/**
 * Labels of an entry as lanes have them: sorted, each once, its architecture among them. What people write is encoded, so
 * that nobody's label is taken for an architecture.
 */
export const laneLabels = ({ labels, arch }: Pick<QueueEntry, 'labels' | 'arch'>): readonly string[] => [
  ...[...new Set(labels ?? [])].sort().map(encodeURIComponent),
  ...(arch === undefined ? [] : [archLabel(arch)]),
];

/** Builders of before carry no such label, and leave these jobs alone. */
export const archLabel = (arch: string): string => `${archMark}${encodeURIComponent(arch)}`;
export const archMark = 'arch=';
