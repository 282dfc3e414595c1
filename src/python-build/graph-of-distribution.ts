import type { ResourceKind, ResourceTypes } from '../formats/pyresources/index.ts';
import type { GraphShard, PythonDistribution } from '../formats/python-graph/index.ts';

/** The valid graph of one distribution, a top-level after the other. */
export interface GraphOfDistribution {
  readonly distribution: PythonDistribution;
  readonly shards: AsyncIterable<GraphShard>;
}

/** A value that is to become a datafile. */
export type Resource = {
  readonly [K in ResourceKind]: { readonly kind: K; readonly value: ResourceTypes[K] };
}[ResourceKind];
