import { fault, messageOf } from '../../diagnostics/index.ts';
import { compareBytes } from '../../primitives/index.ts';
import type { PythonDistribution } from '../python-graph/index.ts';
import { compareDistributions, distributionKey, distributionText } from './distribution.ts';
import { isObject } from './json-objects.ts';

/** Which distributions make a top-level importable, in the order of distributions. */
export type DistributionIndex = ReadonlyMap<string, readonly PythonDistribution[]>;

/** Reads `distidx.json`. Throws MPY320 for another shape, and for a distribution that stands twice under one top-level. */
export function decodeIndex(text: string, file: string): DistributionIndex {
  const refuse = (what: string, cause?: unknown): never => {
    throw fault('MPY320', { what, place: { file }, cause });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(`the index is not JSON: ${messageOf(error)}`, error);
  }
  if (!isObject(value)) return refuse('the index is no object');
  const index = new Map<string, readonly PythonDistribution[]>();
  for (const [toplevel, list] of Object.entries(value)) {
    if (!Array.isArray(list)) return refuse(`'${toplevel}' has no list`);
    const distributions = list.map((one: { Name?: unknown; Version?: unknown } | null) =>
      typeof one?.Name === 'string' && typeof one.Version === 'string'
        ? { name: one.Name, version: one.Version }
        : refuse(`'${toplevel}' has an entry without 'Name' and 'Version'`),
    );
    index.set(
      toplevel,
      inOrder(distributions, (what) => refuse(`${what} under '${toplevel}'`)),
    );
  }
  return index;
}

function inOrder(
  distributions: readonly PythonDistribution[],
  refuse: (what: string) => never,
): readonly PythonDistribution[] {
  if (distributions.length < 2) return distributions;
  const sorted = [...distributions].sort(compareDistributions);
  for (const [at, one] of sorted.entries()) {
    const before = sorted[at - 1];
    if (before !== undefined && distributionKey(before) === distributionKey(one))
      refuse(`'${distributionText(one)}' stands twice`);
  }
  return sorted;
}

/** The index as text, as the original's tools write it: one line. */
export function encodeIndex(index: DistributionIndex): string {
  const entries = [...index].sort(([a], [b]) => compareBytes(a, b));
  const lists = entries.map(([toplevel, distributions]) => {
    const list = [...distributions].sort(compareDistributions);
    return `${JSON.stringify(toplevel)}:${JSON.stringify(list.map(({ name: Name, version: Version }) => ({ Name, Version })))}`;
  });
  return `{${lists.join(',')}}\n`;
}

/** The index of distributions and their top-levels. */
export function makeIndex(
  pairs: Iterable<readonly [PythonDistribution, Iterable<string>]>,
): DistributionIndex {
  const index = new Map<string, Map<string, PythonDistribution>>();
  for (const [distribution, toplevels] of pairs) {
    for (const toplevel of toplevels) {
      const known = index.get(toplevel) ?? new Map<string, PythonDistribution>();
      known.set(distributionKey(distribution), distribution);
      index.set(toplevel, known);
    }
  }
  return new Map(
    [...index]
      .sort(([a], [b]) => compareBytes(a, b))
      .map(([toplevel, known]) => [toplevel, [...known.values()].sort(compareDistributions)]),
  );
}
