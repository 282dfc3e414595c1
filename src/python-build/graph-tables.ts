import type { ArgSpec, Documentation } from '../formats/pyresources/index.ts';
import type { GraphShard } from '../formats/python-graph/index.ts';
import { graphArgSpecs, graphDocumentation } from '../python-symbols/index.ts';
import type { GraphOfDistribution, Resource } from './graph-of-distribution.ts';

/** Signatures of a distribution from its valid graph. */
export async function argSpecsOf(graph: GraphOfDistribution): Promise<Resource | undefined> {
  const value = await tableOf<ArgSpec>(graph, graphArgSpecs);
  return value.size === 0 ? undefined : { kind: 'ArgSpec', value };
}

/** Documentation of a distribution from its valid graph. */
export async function documentationOf(graph: GraphOfDistribution): Promise<Resource | undefined> {
  const value = await tableOf<Documentation>(graph, graphDocumentation);
  return value.size === 0 ? undefined : { kind: 'Documentation', value };
}

async function tableOf<Value>(
  { shards }: GraphOfDistribution,
  read: (shard: GraphShard) => Iterable<readonly [bigint, Value]>,
): Promise<ReadonlyMap<bigint, Value>> {
  const table = new Map<bigint, Value>();
  for await (const shard of shards) for (const [hash, one] of read(shard)) table.set(hash, one);
  return table;
}
