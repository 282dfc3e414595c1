export { type Components, cycles, stronglyConnected } from './components.ts';
export { criticalPaths } from './critical-path.ts';
export { type CycleCut, cutCycles } from './cut-cycles.ts';
export { type Digraph, digraph, withoutEdges } from './digraph.ts';
export { type Order, topologicalOrder } from './order.ts';
export { reachCounts, shortestPath } from './reach.ts';
export { type DotStyle, graphJson, renderDot } from './render.ts';
