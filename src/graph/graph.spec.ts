import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  criticalPaths,
  cutCycles,
  cycles,
  type Digraph,
  digraph,
  graphJson,
  reachCounts,
  renderDot,
  shortestPath,
  stronglyConnected,
  topologicalOrder,
  withoutEdges,
} from './index.ts';

const anyGraph = (nodes: number): fc.Arbitrary<Digraph> =>
  fc.integer({ min: 1, max: nodes }).chain((count) =>
    fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: count * 3 }).map((edges) =>
      digraph(
        Array.from({ length: count }, (_, n) => `n${n}`),
        edges,
      ),
    ),
  );

const anyDag = (nodes: number): fc.Arbitrary<Digraph> =>
  anyGraph(nodes).map((graph) => {
    const upwards = Array.from(graph.from, (from, e) => [from, graph.to[e] as number] as const);
    return digraph(
      graph.keys,
      // a fixed shuffle of numbers, so that the order is not simply that of the nodes
      upwards.filter(([a, b]) => ((a * 7) % 31) + a / 1000 < ((b * 7) % 31) + b / 1000),
    );
  });

/** Which nodes each node reaches by one edge or more, by repeated search. */
function reachOracle(graph: Digraph): readonly ReadonlySet<number>[] {
  return graph.keys.map((_, start) => {
    const seen = new Set<number>();
    const open = [start];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      graph.from.forEach((from, e) => {
        const to = graph.to[e] as number;
        if (from !== node || seen.has(to)) return;
        seen.add(to);
        open.push(to);
      });
    }
    return seen;
  });
}

describe('digraph', () => {
  it('refuses a key that occurs twice and an edge to nowhere', () => {
    expect(() => digraph(['a', 'a'], [])).toThrow(/twice/);
    expect(() => digraph(['a'], [[0, 1]])).toThrow(/from 0 to 1/);
  });

  it('lists every edge at both of its ends', () => {
    fc.assert(
      fc.property(anyGraph(12), (graph) => {
        expect([...graph.outEdges].sort((a, b) => a - b)).toEqual([...graph.from.keys()]);
        expect([...graph.inEdges].sort((a, b) => a - b)).toEqual([...graph.to.keys()]);
        for (const [node, key] of graph.keys.entries()) {
          expect(graph.indexOf(key)).toBe(node);
          for (const e of graph.outEdges.slice(graph.outStart[node], graph.outStart[node + 1])) {
            expect(graph.from[e]).toBe(node);
          }
        }
      }),
    );
  });
});

describe('topologicalOrder', () => {
  it('puts every node of an acyclic graph after all that lead to it', () => {
    fc.assert(
      fc.property(anyDag(30), (graph) => {
        const { order, stuck } = topologicalOrder(graph);
        expect(stuck).toEqual([]);
        const place = new Map([...order].map((node, index) => [node, index]));
        graph.from.forEach((from, e) => {
          expect(place.get(from)).toBeLessThan(place.get(graph.to[e] as number) as number);
        });
      }),
    );
  });

  it('takes the free node with the smallest number each time', () => {
    const graph = digraph(
      ['a', 'b', 'c', 'd'],
      [
        [3, 0],
        [2, 1],
      ],
    );
    expect([...topologicalOrder(graph).order]).toEqual([2, 1, 3, 0]);
  });

  it('leaves exactly the nodes on and behind cycles', () => {
    fc.assert(
      fc.property(anyGraph(15), (graph) => {
        const reach = reachOracle(graph);
        const onCycle = [...graph.keys.keys()].filter((node) => reach[node]?.has(node));
        const behind = [...graph.keys.keys()].filter(
          (node) => onCycle.includes(node) || onCycle.some((start) => reach[start]?.has(node)),
        );
        expect(topologicalOrder(graph).stuck).toEqual(behind);
      }),
    );
  });
});

describe('stronglyConnected', () => {
  it('puts two nodes together exactly when they reach each other', () => {
    fc.assert(
      fc.property(anyGraph(14), (graph) => {
        const { of } = stronglyConnected(graph);
        const reach = reachOracle(graph);
        for (const a of graph.keys.keys()) {
          for (const b of graph.keys.keys()) {
            const together = a === b || (reach[a]?.has(b) && reach[b]?.has(a));
            expect(of[a] === of[b]).toBe(together);
          }
        }
      }),
    );
  });

  it('numbers components so that no edge leads to a higher one', () => {
    fc.assert(
      fc.property(anyGraph(20), (graph) => {
        const { of } = stronglyConnected(graph);
        graph.from.forEach((from, e) => {
          expect(of[from]).toBeGreaterThanOrEqual(of[graph.to[e] as number] as number);
        });
      }),
    );
  });

  it('gets through a chain of 100,000 nodes that closes into one cycle', () => {
    const count = 100_000;
    const keys = Array.from({ length: count }, (_, n) => String(n));
    const ring = digraph(
      keys,
      keys.map((_, n) => [n, (n + 1) % count] as const),
    );
    expect(stronglyConnected(ring).count).toBe(1);
    expect(cycles(ring)).toHaveLength(1);
    const chain = withoutEdges(ring, new Set([count - 1]));
    expect(topologicalOrder(chain).order).toHaveLength(count);
    expect(criticalPaths(chain, new Float64Array(count).fill(1))[0]).toBe(count);
  });
});

describe('reach', () => {
  it('counts what can be reached as a search does, cycles included', () => {
    fc.assert(
      fc.property(anyGraph(16), (graph) => {
        const counts = reachOracle(graph).map((set, node) => set.size - (set.has(node) ? 1 : 0));
        expect([...reachCounts(graph)]).toEqual(counts);
      }),
    );
  });

  it('counts across block borders', () => {
    const count = 5000;
    const keys = Array.from({ length: count }, (_, n) => String(n));
    const chain = digraph(
      keys,
      keys.slice(1).map((_, n) => [n, n + 1] as const),
    );
    expect([...reachCounts(chain)]).toEqual(keys.map((_, n) => count - 1 - n));
  });

  it('finds a path exactly when there is one, and its edges join', () => {
    fc.assert(
      fc.property(anyGraph(12), fc.nat(), fc.nat(), (graph, a, b) => {
        const from = a % graph.keys.length;
        const to = b % graph.keys.length;
        const path = shortestPath(graph, from, to);
        expect(path !== undefined).toBe(from === to || reachOracle(graph)[from]?.has(to));
        let at = from;
        for (const edge of path ?? []) {
          expect(graph.from[edge]).toBe(at);
          at = graph.to[edge] as number;
        }
        if (path) expect(at).toBe(to);
      }),
    );
  });
});

describe('criticalPaths', () => {
  it('is own weight plus the heaviest of what follows', () => {
    fc.assert(
      fc.property(anyDag(20), fc.array(fc.nat(100), { minLength: 20, maxLength: 20 }), (graph, weights) => {
        const paths = criticalPaths(graph, weights);
        for (const node of graph.keys.keys()) {
          const after = [...graph.from.keys()].filter((e) => graph.from[e] === node);
          const longest = Math.max(0, ...after.map((e) => paths[graph.to[e] as number] as number));
          expect(paths[node]).toBe(longest + (weights[node] as number));
        }
      }),
    );
  });

  it('refuses a cycle', () => {
    expect(() => criticalPaths(digraph(['a'], [[0, 0]]), [1])).toThrow(RangeError);
  });
});

describe('cutCycles', () => {
  it('leaves an acyclic graph, cuts only inside cycles, and nothing that could be put back', () => {
    fc.assert(
      fc.property(anyGraph(18), (graph) => {
        const { edges } = cutCycles(graph, (edge) => (edge * 13) % 7);
        expect(topologicalOrder(withoutEdges(graph, edges)).stuck).toEqual([]);
        const { of } = stronglyConnected(graph);
        for (const edge of edges) {
          expect(of[graph.from[edge] as number]).toBe(of[graph.to[edge] as number]);
          const rest = new Set(edges);
          rest.delete(edge);
          expect(topologicalOrder(withoutEdges(graph, rest)).stuck).not.toEqual([]);
        }
      }),
    );
  });

  it('finds the cheapest cut of a small cycle', () => {
    fc.assert(
      fc.property(
        anyGraph(5),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 15, maxLength: 15 }),
        (graph, costs) => {
          fc.pre(graph.from.length <= 9);
          const cost = (edge: number): number => costs[edge] as number;
          const total = (set: Iterable<number>): number =>
            [...set].reduce((sum, edge) => sum + cost(edge), 0);
          let cheapest = Number.POSITIVE_INFINITY;
          for (let mask = 0; mask < 1 << graph.from.length; mask += 1) {
            const set = new Set([...graph.from.keys()].filter((edge) => mask & (1 << edge)));
            if (total(set) < cheapest && topologicalOrder(withoutEdges(graph, set)).stuck.length === 0) {
              cheapest = total(set);
            }
          }
          expect(total(cutCycles(graph, cost).edges)).toBe(cheapest);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('copes with a cycle of thousands of members', () => {
    const count = 4000;
    const keys = Array.from({ length: count }, (_, n) => String(n));
    const ring = digraph(
      keys,
      keys.map((_, n) => [n, (n + 1) % count] as const),
    );
    expect([...cutCycles(ring, () => 1).edges]).toEqual([count - 1]);
  });
});

describe('rendering', () => {
  it('quotes keys and attributes for dot', () => {
    const graph = digraph(['a"b', 'c\\d'], [[0, 1]]);
    expect(renderDot(graph, { name: 'g', edge: () => ({ label: 'needs "x"' }) })).toBe(
      'digraph "g" {\n  "a\\"b";\n  "c\\\\d";\n  "a\\"b" -> "c\\\\d" [label="needs \\"x\\""];\n}\n',
    );
  });

  it('gives nodes and edges as plain data', () => {
    expect(graphJson(digraph(['a', 'b'], [[1, 0]]))).toEqual({ nodes: ['a', 'b'], edges: [['b', 'a']] });
  });
});
