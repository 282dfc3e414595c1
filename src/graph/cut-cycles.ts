import { cycles, stronglyConnected } from './components.ts';
import { type Digraph, digraph } from './digraph.ts';
import { shortestPath } from './reach.ts';

/** Up to this many members the cheapest cut is found exactly; beyond, a greedy order is good enough. */
const exactMembers = 12;
/** Beyond this many members the order is that of the node numbers: the greedy one takes quadratic time. */
const greedyMembers = 3_000;
/** Beyond this many steps of work the cut is left as the order gives it. */
const restoreBudget = 20_000_000;

/** What has to go to make a graph acyclic. */
export interface CycleCut {
  /** Edge numbers, ascending. */
  readonly edges: ReadonlySet<number>;
  /** The cycles there were, as node numbers (see `cycles`). */
  readonly cycles: readonly (readonly number[])[];
}

/**
 * Chooses edges whose removal makes the graph acyclic: the cheapest choice for cycles of up to twelve
 * members, a cheap one beyond; up to some thousand members no chosen edge could be put back without
 * closing a cycle again. Loops are always chosen. Costs are finite and not negative, in any unit.
 * The same input gives the same choice.
 */
export function cutCycles(graph: Digraph, cost: (edge: number) => number): CycleCut {
  const found = stronglyConnected(graph);
  const groups = cycles(graph, found);
  const cut = new Set<number>();
  for (const members of groups) {
    const inner: number[] = [];
    for (const node of members) {
      for (let i = graph.outStart[node] as number; i < (graph.outStart[node + 1] as number); i += 1) {
        const edge = graph.outEdges[i] as number;
        const to = graph.to[edge] as number;
        if (to === node) cut.add(edge);
        else if (found.of[to] === found.of[node]) inner.push(edge);
      }
    }
    const place = new Map(members.map((node, index) => [node, index]));
    const arrows = inner.map((edge) => ({
      edge,
      from: place.get(graph.from[edge] as number) as number,
      to: place.get(graph.to[edge] as number) as number,
      cost: cost(edge),
    }));
    const rank = new Int32Array(members.length);
    for (const [index, member] of orderOf(members.length, arrows).entries()) rank[member] = index;
    const against = arrows.filter((a) => (rank[a.from] as number) > (rank[a.to] as number));
    for (const { edge } of restoreSpare(members.length, arrows, against)) cut.add(edge);
  }
  return { edges: new Set([...cut].sort((a, b) => a - b)), cycles: groups };
}

interface Arrow {
  readonly edge: number;
  readonly from: number;
  readonly to: number;
  readonly cost: number;
}

function orderOf(count: number, arrows: readonly Arrow[]): readonly number[] {
  if (count <= exactMembers) return cheapestOrder(count, arrows);
  if (count <= greedyMembers) return greedyOrder(count, arrows);
  return Array.from({ length: count }, (_, index) => index);
}

/** The order of members with the least total cost of arrows that point backwards, by subsets. */
function cheapestOrder(count: number, arrows: readonly Arrow[]): readonly number[] {
  const weight = Array.from({ length: count }, () => new Float64Array(count));
  for (const { from, to, cost } of arrows) {
    const row = weight[from] as Float64Array;
    row[to] = (row[to] as number) + cost;
  }
  const best = new Float64Array(1 << count).fill(Number.POSITIVE_INFINITY);
  const last = new Int8Array(1 << count).fill(-1);
  best[0] = 0;
  for (let set = 0; set < 1 << count; set += 1) {
    for (let next = 0; next < count; next += 1) {
      if (set & (1 << next)) continue;
      // arrows from `next` to those placed before it point backwards
      let backwards = 0;
      for (let placed = 0; placed < count; placed += 1) {
        if (set & (1 << placed)) backwards += (weight[next] as Float64Array)[placed] as number;
      }
      const grown = set | (1 << next);
      const total = (best[set] as number) + backwards;
      if (total < (best[grown] as number)) {
        best[grown] = total;
        last[grown] = next;
      }
    }
  }
  const order: number[] = [];
  for (let set = (1 << count) - 1; set !== 0; ) {
    const node = last[set] as number;
    order.unshift(node);
    set &= ~(1 << node);
  }
  return order;
}

/** Takes, again and again, the member with the least cost of arrows from members not yet taken. */
function greedyOrder(count: number, arrows: readonly Arrow[]): readonly number[] {
  const incoming = new Float64Array(count);
  const outgoing = Array.from({ length: count }, (): Arrow[] => []);
  for (const arrow of arrows) {
    incoming[arrow.to] = (incoming[arrow.to] as number) + arrow.cost;
    outgoing[arrow.from]?.push(arrow);
  }
  const left = new Set(Array.from({ length: count }, (_, index) => index));
  const order: number[] = [];
  while (left.size > 0) {
    let next = -1;
    for (const node of left) {
      if (next === -1 || (incoming[node] as number) < (incoming[next] as number)) next = node;
    }
    left.delete(next);
    order.push(next);
    for (const { to, cost } of outgoing[next] as Arrow[]) incoming[to] = (incoming[to] as number) - cost;
  }
  return order;
}

/** Puts back, dearest first, what would not close a cycle; what is left has to be cut. */
function restoreSpare(count: number, arrows: readonly Arrow[], against: readonly Arrow[]): readonly Arrow[] {
  if (against.length * arrows.length > restoreBudget) return against;
  const keys = Array.from({ length: count }, (_, index) => String(index));
  const cut = new Set(against);
  const rest = [...against].sort((a, b) => b.cost - a.cost || a.edge - b.edge);
  return rest.filter((arrow) => {
    const kept = arrows.filter((other) => !cut.has(other));
    const local = digraph(
      keys,
      kept.map(({ from, to }) => [from, to] as const),
    );
    const closes = shortestPath(local, arrow.to, arrow.from) !== undefined;
    if (!closes) cut.delete(arrow);
    return closes;
  });
}
