import { type BuilderName, machineArch, parseJobId } from '../primitives/index.ts';
import { type Claimant, mayTake, type QueueEntry } from '../queue/index.ts';

/** A builder of a simulation. */
export interface VirtualBuilder {
  readonly name: BuilderName;
  /** Undefined: only jobs addressed to it by name. */
  readonly builderClass: number | undefined;
  readonly labels: readonly string[];
  /** Kinds of machine it builds for. */
  readonly arches: readonly string[];
  readonly slots: number;
  /** How much faster than recorded durations; 1 is as fast. */
  readonly speed: number;
}

/** What the queue asks of a builder; room is not bounded. */
export const claimantOf = (
  { name, builderClass, labels, arches }: VirtualBuilder,
  usualArch: string,
): Claimant => ({
  builder: name,
  builderClass,
  labels,
  arches,
  usualArch: arches.includes(usualArch),
});

/** A builder with what of it is busy. */
export interface Seat {
  readonly builder: VirtualBuilder;
  readonly claimant: Claimant;
  busy: number;
  /** Slots times milliseconds that were used. */
  usedMs: number;
}

/** What a job asks of a builder. */
export type Wish = Pick<QueueEntry, 'buildClass' | 'labels' | 'arch'>;

/** Kind of machine a job needs, when that is not the usual one. */
export function archOf(job: string, usualArch: string): string | undefined {
  const parts = parseJobId(job);
  const arch = parts && machineArch(parts.arch);
  return arch === usualArch ? undefined : arch;
}

/** Builders that may take such a job, by their places in the list. */
export const eligible = (wish: Wish, claimants: readonly Claimant[]): readonly number[] =>
  claimants.flatMap((claimant, at) => (mayTake(claimant, wish) ? [at] : []));
