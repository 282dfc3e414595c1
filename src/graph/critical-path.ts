import type { Digraph } from './digraph.ts';
import { topologicalOrder } from './order.ts';

/**
 * For each node the weight of the heaviest path that starts with it, its own weight included, in the
 * unit of `weights`. Throws a RangeError for a graph with a cycle.
 */
export function criticalPaths(graph: Digraph, weights: ArrayLike<number>): Float64Array {
  const { order, stuck } = topologicalOrder(graph);
  if (stuck.length > 0) throw new RangeError('critical paths need an acyclic graph');
  const paths = new Float64Array(graph.keys.length);
  for (let i = order.length - 1; i >= 0; i -= 1) {
    const node = order[i] as number;
    let longest = 0;
    for (let k = graph.outStart[node] as number; k < (graph.outStart[node + 1] as number); k += 1) {
      const next = graph.to[graph.outEdges[k] as number] as number;
      longest = Math.max(longest, paths[next] as number);
    }
    paths[node] = longest + (weights[node] as number);
  }
  return paths;
}
