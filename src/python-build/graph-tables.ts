import type { ArgSpec, Documentation } from '../formats/pyresources/index.ts';
import { graphArgSpecs, graphDocumentation } from '../python-symbols/index.ts';
import type { GraphOfDistribution, Resource } from './graph-of-distribution.ts';

/** Signatures of a distribution from its valid graph. */
export async function argSpecsOf({ shards }: GraphOfDistribution): Promise<Resource | undefined> {
  const value = new Map<bigint, ArgSpec>();
  for await (const shard of shards) for (const [hash, one] of graphArgSpecs(shard)) value.set(hash, one);
  return value.size === 0 ? undefined : { kind: 'ArgSpec', value };
}

/** Documentation of a distribution from its valid graph. */
export async function documentationOf({ shards }: GraphOfDistribution): Promise<Resource | undefined> {
  const value = new Map<bigint, Documentation>();
  for await (const shard of shards) for (const [hash, one] of graphDocumentation(shard)) value.set(hash, one);
  return value.size === 0 ? undefined : { kind: 'Documentation', value };
}
