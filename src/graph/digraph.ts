/**
 * A directed graph over distinct keys. Nodes are numbered in the order of the keys, edges in the order
 * given; algorithms work on numbers. An edge goes from what comes first to what comes after it.
 */
export interface Digraph<Key extends string = string> {
  readonly keys: readonly Key[];
  /** Edge `e` goes from `from[e]` to `to[e]`. Parallel edges and loops are allowed. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Edges out of node `n`: `outEdges[outStart[n]]` up to, not including, `outEdges[outStart[n + 1]]`. */
  readonly outStart: Int32Array;
  readonly outEdges: Int32Array;
  readonly inStart: Int32Array;
  readonly inEdges: Int32Array;
  /** Number of a key, undefined when it is not in the graph. */
  indexOf(key: Key): number | undefined;
}

/** Edge list by end point, as compressed rows. */
function rows(nodeCount: number, ends: Int32Array): { start: Int32Array; edges: Int32Array } {
  const start = new Int32Array(nodeCount + 1);
  for (const end of ends) start[end + 1] = (start[end + 1] as number) + 1;
  for (let n = 0; n < nodeCount; n += 1) start[n + 1] = (start[n + 1] as number) + (start[n] as number);
  const next = start.slice();
  const edges = new Int32Array(ends.length);
  for (let e = 0; e < ends.length; e += 1) {
    const end = ends[e] as number;
    edges[next[end] as number] = e;
    next[end] = (next[end] as number) + 1;
  }
  return { start, edges };
}

/**
 * Builds a graph from keys and edges by node number. Throws a RangeError when a key occurs twice or an
 * edge names a node that is not there: both are mistakes of the caller, not of data.
 */
export function digraph<Key extends string>(
  keys: readonly Key[],
  edges: readonly (readonly [from: number, to: number])[],
): Digraph<Key> {
  const index = new Map<Key, number>();
  for (const [number, key] of keys.entries()) {
    if (index.has(key)) throw new RangeError(`key '${key}' occurs twice`);
    index.set(key, number);
  }
  const from = new Int32Array(edges.length);
  const to = new Int32Array(edges.length);
  for (const [e, [a, b]] of edges.entries()) {
    if (!(a >= 0 && a < keys.length && b >= 0 && b < keys.length)) {
      throw new RangeError(`edge ${e} leads from ${a} to ${b} in a graph of ${keys.length} nodes`);
    }
    from[e] = a;
    to[e] = b;
  }
  const out = rows(keys.length, from);
  const into = rows(keys.length, to);
  return {
    keys,
    from,
    to,
    outStart: out.start,
    outEdges: out.edges,
    inStart: into.start,
    inEdges: into.edges,
    indexOf: (key) => index.get(key),
  };
}

/** The same nodes with some of the edges left out (edge numbers change, their order does not). */
export function withoutEdges<Key extends string>(
  graph: Digraph<Key>,
  left: ReadonlySet<number>,
): Digraph<Key> {
  const edges: [number, number][] = [];
  for (let e = 0; e < graph.from.length; e += 1) {
    if (!left.has(e)) edges.push([graph.from[e] as number, graph.to[e] as number]);
  }
  return digraph(graph.keys, edges);
}
