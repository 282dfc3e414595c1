import { type Digraph, topologicalOrder } from '../graph/index.ts';
import type { PlacedArrow } from './providers.ts';

/** An arrow that no recipe asks for: it keeps the members of a cycle apart (specification 12.5, 12.7). */
export interface CycleArrow {
  readonly by: number;
  readonly on: number;
  readonly because: string;
  readonly match: 'cycle';
  readonly required: false;
}

/**
 * Arrows that make each cycle start when nothing outside is pending for any of its members, run its members one
 * after the other, and let nobody who needs one of them start before the last, since each needs the others. `acyclic` and `arrows` are the needs without the cut ones.
 */
export function linkCycles(
  acyclic: Digraph,
  cycles: readonly (readonly number[])[],
  arrows: readonly PlacedArrow[],
): readonly CycleArrow[] {
  if (cycles.length === 0) return [];
  const place = new Int32Array(acyclic.keys.length);
  for (const [index, node] of topologicalOrder(acyclic).order.entries()) place[node] = index;
  const chains = cycles.map((cycle) =>
    [...cycle].sort((a, b) => (place[a] as number) - (place[b] as number)),
  );
  const cycleOf = new Map(chains.flatMap((chain, index) => chain.map((node) => [node, index])));
  const chainOf = (node: number): readonly number[] => chains[cycleOf.get(node) ?? -1] ?? [node];
  const known = new Set(arrows.map(({ by, on }) => `${by} ${on}`));
  const links: CycleArrow[] = [];
  const link = (by: number, on: number, cycle: number): void => {
    if (known.has(`${by} ${on}`)) return;
    known.add(`${by} ${on}`);
    links.push({ by, on, because: `cycle ${cycle + 1}`, match: 'cycle', required: false });
  };
  for (const { by, on } of arrows) {
    const cycle = cycleOf.get(by) ?? cycleOf.get(on);
    if (cycle === undefined || cycleOf.get(by) === cycleOf.get(on)) continue;
    const first = chainOf(by)[0] as number;
    const last = chainOf(on).at(-1) as number;
    link(first, on, cycle);
    link(by, last, cycle);
    link(first, last, cycle);
  }
  for (const [index, chain] of chains.entries()) {
    for (const [at, member] of chain.slice(1).entries()) link(member, chain[at] as number, index);
  }
  return links;
}
