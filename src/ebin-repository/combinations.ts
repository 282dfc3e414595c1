import { flagsOf, type ReadText } from '../ebin-index/index.ts';

/** Flags that texts ask for, and those among them that REQUIRED_USE demands as they are. */
export interface IndexFlagsOnDisk {
  /** They can be on or off, in the order in which they are named. */
  readonly free: readonly string[];
  /** How they have to be. */
  readonly pinned: ReadonlyMap<string, boolean>;
}

/** Flags that the texts of an ebin mention. */
export function indexFlagsOf(uris: ReadText, demands: ReadText): IndexFlagsOnDisk {
  const pinned = new Map<string, boolean>();
  for (const { kind, parent, word, negated } of demands.nodes)
    if (kind === 'item' && parent === 0) pinned.set(word, !negated);
  const asked = [
    ...demands.nodes.filter(({ kind }) => kind === 'item' || kind === 'use'),
    ...uris.nodes.filter(({ kind }) => kind === 'use'),
  ].map(({ word }) => word);
  return { free: [...new Set(asked)].filter((flag) => !pinned.has(flag)), pinned };
}

/** So many flags have all their combinations looked at. */
export const mostFlags = 16;

/** Each set of flags that are on; of more flags than 16, those of the first 16. */
export function* eachCombination({ free, pinned }: IndexFlagsOnDisk): Generator<ReadonlySet<string>> {
  const flags = free.slice(0, mostFlags);
  const always = [...pinned].flatMap(([flag, isOn]) => (isOn ? [flag] : []));
  for (let number = 0; number < 2 ** flags.length; number += 1) {
    yield new Set([...always, ...flagsOf(flags, number)]);
  }
}
