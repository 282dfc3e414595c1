import {
  compareDistributions,
  type DistributionIndex,
  distributionKey,
  type GraphView,
  lookUp,
  type SymbolNode,
} from '../formats/pyresources/index.ts';
import { type PythonDistribution, standardLibraryName } from '../formats/python-graph/index.ts';

/** A distribution with its symbol graph. */
export interface GraphOf {
  readonly distribution: PythonDistribution;
  readonly graph: GraphView;
}

/** A symbol by the path that is its own. */
export interface CanonicalSymbol {
  readonly distribution: PythonDistribution;
  readonly node: SymbolNode;
}

/** References may lead to references; more than this many are a circle. */
const deepest = 10;

/** The symbol graphs of many distributions, linked by the index of top-levels (specification, 6.3 and 10.3). */
export class LinkedGraphs {
  readonly #graphs: ReadonlyMap<string, GraphOf>;
  readonly #index: DistributionIndex;

  constructor(graphs: Iterable<GraphOf>, index: DistributionIndex) {
    const sorted = [...graphs].sort((a, b) => compareDistributions(a.distribution, b.distribution));
    this.#graphs = new Map(sorted.map((one) => [distributionKey(one.distribution), one]));
    this.#index = index;
  }

  /** In the order of distributions. */
  all(): Iterable<GraphOf> {
    return this.#graphs.values();
  }

  graphOf(distribution: PythonDistribution): GraphView | undefined {
    return this.#graphs.get(distributionKey(distribution))?.graph;
  }

  /** The standard library; undefined where it is not among the graphs. */
  standardLibrary(): PythonDistribution | undefined {
    for (const { distribution } of this.#graphs.values()) {
      if (distribution.name === standardLibraryName) return distribution;
    }
    return undefined;
  }

  /** Distributions that have a top-level, in their order. */
  having(toplevel: string): readonly PythonDistribution[] {
    return (this.#index.get(toplevel) ?? []).filter((one) => this.#graphs.has(distributionKey(one)));
  }

  /** What a path leads to in the first distribution where it leads anywhere; undefined: nowhere. */
  resolve(parts: readonly string[], depth = 0): CanonicalSymbol | undefined {
    for (const distribution of this.having(parts[0] ?? '')) {
      const found = this.resolveIn(distribution, parts, depth);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The first distribution in which a path leads anywhere; undefined: there is none. */
  homeOf(parts: readonly string[]): PythonDistribution | undefined {
    return this.having(parts[0] ?? '').find((one) => this.resolveIn(one, parts) !== undefined);
  }

  /** What a path leads to, beginning in one distribution. */
  resolveIn(
    distribution: PythonDistribution,
    parts: readonly string[],
    depth = 0,
  ): CanonicalSymbol | undefined {
    const graph = this.graphOf(distribution);
    if (graph === undefined || depth > deepest) return undefined;
    const found = lookUp(graph, parts);
    if (found.found === 'node') return { distribution, node: found.node };
    if (found.found !== 'external') return undefined;
    return this.resolve([...found.external.parts, ...found.rest], depth + 1);
  }
}
