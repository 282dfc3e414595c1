import type { Claimant, QueueEntry } from './queue-backend.ts';

/** Where a job may run: on builders of at least `rank`, or on the builder named `address` alone. */
export type Fit = { readonly rank: number } | { readonly address: string };

/** Reads a build class by specification 12.6: none, and anything below 1, counts as 1. */
export function fitOf(buildClass: QueueEntry['buildClass']): Fit {
  if (typeof buildClass === 'string') return { address: buildClass };
  return { rank: buildClass === undefined || !(buildClass >= 1) ? 1 : buildClass };
}

/** Whether this builder may take a job of this build class (12.6) and these labels. Room is another matter. */
export function mayTake(claimant: Claimant, entry: Pick<QueueEntry, 'buildClass' | 'labels'>): boolean {
  const carried = claimant.labels ?? [];
  if (!(entry.labels ?? []).every((label) => carried.includes(label))) return false;
  const fit = fitOf(entry.buildClass);
  if ('address' in fit) return fit.address === claimant.builder;
  return claimant.builderClass !== undefined && claimant.builderClass >= fit.rank;
}
