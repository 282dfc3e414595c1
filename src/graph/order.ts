import type { Digraph } from './digraph.ts';

/** A binary heap of node numbers, smallest first. */
class NodeHeap {
  readonly #items: Int32Array;
  #size = 0;
  constructor(capacity: number) {
    this.#items = new Int32Array(capacity);
  }
  get size(): number {
    return this.#size;
  }
  push(node: number): void {
    const items = this.#items;
    let at = this.#size;
    this.#size += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent] as number;
      if (above <= node) break;
      items[at] = above;
      at = parent;
    }
    items[at] = node;
  }
  pop(): number {
    const items = this.#items;
    const top = items[0] as number;
    this.#size -= 1;
    const last = items[this.#size] as number;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && (items[child + 1] as number) < (items[child] as number)) child += 1;
      if ((items[child] as number) >= last) break;
      items[at] = items[child] as number;
      at = child;
    }
    items[at] = last;
    return top;
  }
}

/** A topological order, and what could not be ordered. */
export interface Order {
  /** Node numbers; every edge leads from an earlier to a later one. */
  readonly order: Int32Array;
  /** Nodes on a cycle or behind one, ascending; empty for an acyclic graph. */
  readonly stuck: readonly number[];
}

/**
 * The topological order that takes, at every place, the free node with the smallest number. It depends
 * on keys and edges only, so that two looks at the same data give the same order. O((n + m) log n).
 */
export function topologicalOrder(graph: Digraph): Order {
  const count = graph.keys.length;
  const pending = new Int32Array(count);
  for (const node of graph.to) pending[node] = (pending[node] as number) + 1;
  const free = new NodeHeap(count);
  for (let node = 0; node < count; node += 1) if (pending[node] === 0) free.push(node);
  const order = new Int32Array(count);
  let placed = 0;
  while (free.size > 0) {
    const node = free.pop();
    order[placed] = node;
    placed += 1;
    for (let i = graph.outStart[node] as number; i < (graph.outStart[node + 1] as number); i += 1) {
      const next = graph.to[graph.outEdges[i] as number] as number;
      pending[next] = (pending[next] as number) - 1;
      if (pending[next] === 0) free.push(next);
    }
  }
  const stuck: number[] = [];
  for (let node = 0; node < count; node += 1) if ((pending[node] as number) > 0) stuck.push(node);
  return { order: order.subarray(0, placed), stuck };
}
