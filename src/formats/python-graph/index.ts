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
export { graphNode } from './graph.ts';
