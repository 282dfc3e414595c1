import type { ResourceKind, ResourceTypes } from '../formats/pyresources/index.ts';
import { type GraphShard, type PythonDistribution, readShards } from '../formats/python-graph/index.ts';
import { readPieces } from '../host/index.ts';

/** The valid graph of one distribution, a top-level after the other. */
export interface GraphOfDistribution {
  readonly distribution: PythonDistribution;
  readonly shards: AsyncIterable<GraphShard>;
}

/** A value that is to become a datafile. */
export type Resource = {
  readonly [K in ResourceKind]: { readonly kind: K; readonly value: ResourceTypes[K] };
}[ResourceKind];

/**
 * Opens the file of a graph, which stays open until its shards are at their end, or whoever goes through them stops. Throws MPY020
 * for what is no graph.
 */
export async function openGraph(path: string): Promise<GraphOfDistribution> {
  const events = readShards(readPieces(path));
  const first = await events.next();
  let distribution: PythonDistribution = { name: '', version: '' };
  if (first.done !== true && first.value.event === 'header') distribution = first.value.header.distribution;
  async function* shards(): AsyncGenerator<GraphShard> {
    for await (const event of events) if (event.event === 'shard') yield event.shard;
  }
  return { distribution, shards: shards() };
}
