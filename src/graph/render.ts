import type { Digraph } from './digraph.ts';

/** How nodes and edges look in dot; attributes are plain text and are quoted here. */
export interface DotStyle {
  readonly name?: string;
  readonly node?: (node: number) => Readonly<Record<string, string>>;
  readonly edge?: (edge: number) => Readonly<Record<string, string>>;
}

/** A text as a quoted id of the dot language (Graphviz, "The DOT Language"): only `"` needs an escape. */
const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

function attributes(list: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(list ?? {});
  return entries.length === 0
    ? ''
    : ` [${entries.map(([key, value]) => `${key}=${quoted(value)}`).join(', ')}]`;
}

/** The graph in the dot language, one node or edge a line, in their order; ends with a newline. */
export function renderDot(graph: Digraph, style: DotStyle = {}): string {
  const lines = [`digraph ${quoted(style.name ?? 'graph')} {`];
  for (const [node, key] of graph.keys.entries()) {
    lines.push(`  ${quoted(key)}${attributes(style.node?.(node))};`);
  }
  for (let e = 0; e < graph.from.length; e += 1) {
    const from = quoted(graph.keys[graph.from[e] as number] as string);
    const to = quoted(graph.keys[graph.to[e] as number] as string);
    lines.push(`  ${from} -> ${to}${attributes(style.edge?.(e))};`);
  }
  return `${lines.join('\n')}\n}\n`;
}

/** The graph as plain data for JSON: keys, and edges as pairs of keys. */
export function graphJson(graph: Digraph): {
  readonly nodes: readonly string[];
  readonly edges: readonly (readonly [from: string, to: string])[];
} {
  const edges = Array.from(
    graph.from,
    (from, e) => [graph.keys[from] as string, graph.keys[graph.to[e] as number] as string] as const,
  );
  return { nodes: [...graph.keys], edges };
}
