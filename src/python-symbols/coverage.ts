import type {
  GraphNode,
  GraphShard,
  PythonDistribution,
  SignatureSource,
} from '../formats/python-graph/index.ts';
import { documentedArgSpec } from './graph-argspecs.ts';

/** Numbers of one top-level, or summed of many. */
export interface CoverageCounts {
  /** Functions, methods and classes that are its own. */
  readonly callables: number;
  /** Of those, the ones whose signature is known in full: from a stub, a source or the interpreter. */
  readonly full: number;
  /** Known from the first line of their documentation alone. */
  readonly partial: number;
  /** Where signatures come from. */
  readonly sources: Readonly<Partial<Record<SignatureSource, number>>>;
  /** With an annotation of each parameter but the receiver, and of what they return. */
  readonly annotated: number;
  /** With documentation of their own. */
  readonly documented: number;
  /** All nodes that are its own. */
  readonly symbols: number;
}

export interface DistributionCoverage extends CoverageCounts {
  readonly distribution: PythonDistribution;
  readonly toplevels: ReadonlyMap<string, CoverageCounts>;
  /** Callables whose signature is not known, by path. */
  readonly unknown: readonly string[];
}

type Counting = { -readonly [K in keyof CoverageCounts]: CoverageCounts[K] } & {
  sources: Partial<Record<SignatureSource, number>>;
};

const nothing = (): Counting => ({
  ...{ callables: 0, full: 0, partial: 0, annotated: 0, documented: 0, symbols: 0 },
  sources: {},
});

/** How much is known of the callables of a distribution, and from where. */
export function coverageOf(
  distribution: PythonDistribution,
  shards: Iterable<GraphShard>,
): DistributionCoverage {
  const sum = nothing();
  const toplevels = new Map<string, CoverageCounts>();
  const unknown: string[] = [];
  for (const shard of shards) {
    const counts = nothing();
    for (const node of shard.nodes.values()) {
      if (node.reference === null) countNode(node, counts, unknown);
    }
    toplevels.set(shard.toplevel, counts);
    addCounts(sum, counts);
  }
  return { distribution, ...sum, toplevels, unknown: unknown.sort() };
}

function countNode(node: GraphNode, counts: Counting, unknown: string[]): void {
  counts.symbols += 1;
  if (node.kind !== 'function' && node.kind !== 'type') return;
  counts.callables += 1;
  if (node.docstring !== '' && !node.docInherited) counts.documented += 1;
  const from = sourceOf(node);
  if (from === undefined) unknown.push(node.canonical ?? '');
  else {
    counts.sources[from] = (counts.sources[from] ?? 0) + 1;
    counts[from === 'docstring' ? 'partial' : 'full'] += 1;
  }
  if (isAnnotated(node)) counts.annotated += 1;
}

const sourceOf = (node: GraphNode): SignatureSource | undefined =>
  node.signature?.from ?? (documentedArgSpec(node) === undefined ? undefined : 'docstring');

function isAnnotated({ signature, kind }: GraphNode): boolean {
  if (signature === null) return false;
  const rest = signature.parameters.filter(({ name }, at) => at > 0 || (name !== 'self' && name !== 'cls'));
  return (
    rest.every(({ annotation }) => annotation !== null) && (kind === 'type' || signature.returns !== null)
  );
}

function addCounts(sum: Counting, more: CoverageCounts): void {
  for (const name of ['callables', 'full', 'partial', 'annotated', 'documented', 'symbols'] as const) {
    sum[name] += more[name];
  }
  for (const [source, count] of Object.entries(more.sources) as [SignatureSource, number][]) {
    sum.sources[source] = (sum.sources[source] ?? 0) + count;
  }
}
