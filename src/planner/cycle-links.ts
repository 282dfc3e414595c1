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
 * Arrows that make each cycle start when nothing outside is pending for any of its members, and run its
 * members one after the other. `acyclic` and `arrows` are the needs without the cut ones.
 */
export function linkCycles(
  acyclic: Digraph,
  cycles: readonly (readonly number[])[],
  arrows: readonly PlacedArrow[],
): readonly CycleArrow[] {
  if (cycles.length === 0) return [];
  const place = new Int32Array(acyclic.keys.length);
  for (const [index, node] of topologicalOrder(acyclic).order.entries()) place[node] = index;
  return cycles.flatMap((cycle, index) => {
    const members = [...cycle].sort((a, b) => (place[a] as number) - (place[b] as number));
    const inside = new Set(members);
    const first = members[0] as number;
    const link = (by: number, on: number): CycleArrow => ({
      by,
      on,
      because: `cycle ${index + 1}`,
      match: 'cycle',
      required: false,
    });
    const own = new Set(arrows.filter(({ by }) => by === first).map(({ on }) => on));
    const waits = (by: number, on: number): boolean =>
      arrows.some((arrow) => arrow.by === by && arrow.on === on);
    const outside = new Set(
      arrows.filter(({ by, on }) => inside.has(by) && !inside.has(on) && !own.has(on)).map(({ on }) => on),
    );
    return [
      ...[...outside].map((on) => link(first, on)),
      ...members
        .slice(1)
        .map((member, at) => link(member, members[at] as number))
        .filter(({ by, on }) => !waits(by, on)),
    ];
  });
}
