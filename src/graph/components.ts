import type { Digraph } from './digraph.ts';

/** Strongly connected components. */
export interface Components {
  /** Number of the component of each node; components are numbered so that edges lead from high to low or stay. */
  readonly of: Int32Array;
  readonly count: number;
}

/** Tarjan's algorithm without recursion, O(n + m): nodes that reach each other share a component. */
export function stronglyConnected(graph: Digraph): Components {
  const nodes = graph.keys.length;
  const of = new Int32Array(nodes).fill(-1);
  const seen = new Int32Array(nodes);
  const low = new Int32Array(nodes);
  const cursor = graph.outStart.slice(0, nodes);
  const open = new Int32Array(nodes);
  const path = new Int32Array(nodes);
  let openSize = 0;
  let clock = 0;
  let count = 0;
  const enter = (node: number): void => {
    clock += 1;
    seen[node] = clock;
    low[node] = clock;
    open[openSize] = node;
    openSize += 1;
  };
  const close = (node: number): void => {
    let member: number;
    do {
      openSize -= 1;
      member = open[openSize] as number;
      of[member] = count;
    } while (member !== node);
    count += 1;
  };
  for (let root = 0; root < nodes; root += 1) {
    if (seen[root] !== 0) continue;
    let depth = 0;
    path[0] = root;
    enter(root);
    while (depth >= 0) {
      const node = path[depth] as number;
      const at = cursor[node] as number;
      if (at < (graph.outStart[node + 1] as number)) {
        cursor[node] = at + 1;
        const next = graph.to[graph.outEdges[at] as number] as number;
        if (seen[next] === 0) {
          depth += 1;
          path[depth] = next;
          enter(next);
        } else if (of[next] === -1) low[node] = Math.min(low[node] as number, seen[next] as number);
        continue;
      }
      if (low[node] === seen[node]) close(node);
      depth -= 1;
      if (depth >= 0) {
        const parent = path[depth] as number;
        low[parent] = Math.min(low[parent] as number, low[node] as number);
      }
    }
  }
  return { of, count };
}

/**
 * The components that are cycles: two or more nodes, or one with a loop. Members ascend, and the cycles
 * stand in the order of their first members.
 */
export function cycles(
  graph: Digraph,
  components: Components = stronglyConnected(graph),
): readonly number[][] {
  const sizes = new Int32Array(components.count);
  for (const component of components.of) sizes[component] = (sizes[component] as number) + 1;
  const cyclic = new Uint8Array(components.count);
  for (let c = 0; c < components.count; c += 1) if ((sizes[c] as number) > 1) cyclic[c] = 1;
  for (let e = 0; e < graph.from.length; e += 1) {
    if (graph.from[e] === graph.to[e]) cyclic[components.of[graph.from[e] as number] as number] = 1;
  }
  const members = new Map<number, number[]>();
  for (let node = 0; node < graph.keys.length; node += 1) {
    const component = components.of[node] as number;
    if (!cyclic[component]) continue;
    const list = members.get(component);
    if (list) list.push(node);
    else members.set(component, [node]);
  }
  return [...members.values()];
}
