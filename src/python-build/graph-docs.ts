import type { Documentation } from '../formats/pyresources/index.ts';
import type { GraphOfDistribution, Resource } from './graph-of-distribution.ts';
import { keyOf } from './symbol-graph.ts';

/** Documentation as text (specification, 7.3); that of an object's class is not its own and left out. */
export async function documentationOf({ shards }: GraphOfDistribution): Promise<Resource | undefined> {
  const value = new Map<bigint, Documentation>();
  for await (const shard of shards) {
    for (const node of shard.nodes.values()) {
      const isOwn = !(node.kind === 'object' && node.docInherited);
      if (node.reference === null && node.docstring !== '' && isOwn) {
        value.set(keyOf(node), { html: '', text: node.docstring });
      }
    }
  }
  return value.size === 0 ? undefined : { kind: 'Documentation', value };
}
