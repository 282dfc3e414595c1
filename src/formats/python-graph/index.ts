export type {
  ExplorationRules,
  GraphEvent,
  GraphHeader,
  GraphNode,
  GraphParameter,
  GraphShard,
  GraphSignature,
  GraphState,
  GraphTrouble,
  NodeKind,
  ParameterKind,
  PythonDistribution,
  SignatureSource,
  Trait,
} from './graph.ts';
export { graphNode, standardLibraryName } from './graph.ts';
export { decodeGraphEvent, encodeGraphEvent } from './graph-lines.ts';
export { readGraph, readShards, type ShardEvent } from './read-graph.ts';
export { distributionStem, parseDistribution } from './stem.ts';
export { type ShardReport, type ValidatedShard, validateShard } from './validate-shard.ts';
