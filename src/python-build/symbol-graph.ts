import {
  type DottedPath,
  dottedPath,
  type NodeRef,
  noPath,
  type SymbolGraph,
  type SymbolNode,
  type SymbolTypes,
} from '../formats/pyresources/index.ts';
import type { GraphNode, GraphShard } from '../formats/python-graph/index.ts';
import { compareBytes } from '../primitives/index.ts';
import type { GraphOfDistribution, Resource } from './graph-of-distribution.ts';

type Say = (line: string) => void;

/** Symbol graph of a distribution (specification, 6.2): nodes by canonical path, the root of each top-level first. */
export async function symbolGraphOf(graph: GraphOfDistribution, say: Say): Promise<Resource | undefined> {
  const value = await translate(graph, say);
  return value.size === 0 ? undefined : { kind: 'SymbolGraph', value };
}

/** Kind, class and bases of each symbol (specification, 6.5), from the same translation. */
export async function symbolTypesOf(graph: GraphOfDistribution, say: Say): Promise<Resource | undefined> {
  const value = new Map<bigint, SymbolTypes>();
  for (const nodes of (await translate(graph, say)).values()) {
    const pathOf = ({ internal, external }: NodeRef): DottedPath =>
      external.parts.length > 0 ? external : (nodes[internal]?.canonical ?? noPath);
    for (const { canonical, kind, type, bases } of nodes) {
      value.set(canonical.hash, {
        kind,
        type: type === null ? null : pathOf(type),
        bases: bases.map(pathOf),
      });
    }
  }
  return value.size === 0 ? undefined : { kind: 'SymbolTypes', value };
}

async function translate({ distribution, shards }: GraphOfDistribution, say: Say): Promise<SymbolGraph> {
  const graph = new Map<string, readonly SymbolNode[]>();
  for await (const shard of shards) {
    const nodes = translateShard(shard, say);
    if (nodes.length > 0) graph.set(shard.toplevel, nodes);
  }
  if (graph.size === 0) say(`[ERROR] ${distribution.name}: the graph is empty`);
  return graph;
}

export function translateShard(shard: GraphShard, say: Say): readonly SymbolNode[] {
  const root = shard.root === null ? undefined : shard.nodes.get(shard.root);
  if (root === undefined) return [];
  const rest = [...shard.nodes.values()]
    .filter((node) => node.reference === null && node !== root)
    .sort((a, b) => compareBytes(a.canonical ?? '', b.canonical ?? ''));
  const internal = [root, ...rest];
  const places = new Map(internal.map((node, at) => [node.id, at]));
  const refTo = (id: number, what: string): NodeRef | undefined => {
    const at = places.get(id);
    if (at !== undefined) return { internal: at, external: noPath };
    const reference = shard.nodes.get(id)?.reference;
    if (reference !== undefined && reference !== null)
      return { internal: 0, external: dottedPath(reference) };
    say(`[SEVERE] cannot locate ${what}`);
    return undefined;
  };
  return internal.map((node) => translateNode(node, refTo));
}

function translateNode(
  node: GraphNode,
  refTo: (id: number, what: string) => NodeRef | undefined,
): SymbolNode {
  const name = node.canonical ?? '';
  const children = new Map<string, NodeRef>();
  for (const [member, id] of node.members) {
    const ref = refTo(id, `${name}.${member}`);
    if (ref !== undefined) children.set(member, ref);
  }
  const type = node.type === null ? undefined : refTo(node.type, `the type of ${name}`);
  const bases = node.bases.flatMap((id, at) => refTo(id, `base ${at} of ${name}`) ?? []);
  return { canonical: dottedPath(name), children, type: type ?? null, bases, kind: node.kind ?? 'none' };
}
