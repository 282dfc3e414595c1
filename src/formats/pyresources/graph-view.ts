import { fault } from '../../diagnostics/index.ts';
import { decodeMessage } from './datafile.ts';
import type { DottedPath, NodeRef, SymbolGraph, SymbolNode } from './entities.ts';
import { symbolNode } from './entity-codecs.ts';
import { InternTable, MessageReader, readFault } from './message-reader.ts';

/** A symbol graph that may be read node by node. */
export interface GraphView {
  readonly toplevels: readonly string[];
  /** Number of nodes of a top-level; 0 for one that is not there. */
  size(toplevel: string): number;
  /** Undefined beyond the last one. Throws MPY301 and the like where the bytes of a node are damaged. */
  node(toplevel: string, index: number): SymbolNode | undefined;
}

/** A view of a graph that is in memory. */
export function viewGraph(graph: SymbolGraph): GraphView {
  return {
    toplevels: [...graph.keys()],
    size: (toplevel) => graph.get(toplevel)?.length ?? 0,
    node: (toplevel, index) => graph.get(toplevel)?.[index],
  };
}

interface Shelf {
  /** Where each node begins, and where the last one ends. */
  readonly offsets: Uint32Array;
  readonly nodes: (SymbolNode | undefined)[];
}

/**
 * A view of a graph's MessagePack, whose nodes are read when somebody asks for them. The whole of it is passed over once, so
 * that a file that is cut off or has bytes behind its end is found here. Throws MPY300 to MPY303.
 */
export function viewGraphBytes(bytes: Uint8Array, texts: InternTable = new InternTable()): GraphView {
  const shelves = new Map<string, Shelf>();
  const reader = new MessageReader(bytes, texts);
  try {
    for (let left = reader.mapHead(); left > 0; left -= 1) {
      const toplevel = reader.internedText();
      shelves.set(toplevel, readShelf(reader));
    }
  } catch (error) {
    throw readFault(error, 'SymbolGraph');
  }
  if (reader.left > 0)
    throw fault('MPY303', { what: `${reader.left} bytes follow the end of 'SymbolGraph'` });
  return {
    toplevels: [...shelves.keys()],
    size: (toplevel) => shelves.get(toplevel)?.nodes.length ?? 0,
    node: (toplevel, index) => {
      const shelf = shelves.get(toplevel);
      if (shelf === undefined || index >= shelf.nodes.length || index < 0) return undefined;
      const known = shelf.nodes[index];
      if (known !== undefined) return known;
      const node = decodeMessage(symbolNode, bytes.subarray(shelf.offsets[index], shelf.offsets[index + 1]), {
        name: `SymbolGraph["${toplevel}"][${index}]`,
        texts,
      });
      shelf.nodes[index] = node;
      return node;
    },
  };
}

function readShelf(reader: MessageReader): Shelf {
  const count = reader.arrayHead();
  const offsets = new Uint32Array(count + 1);
  for (let index = 0; index < count; index += 1) {
    offsets[index] = reader.at;
    reader.skip();
  }
  offsets[count] = reader.at;
  return { offsets, nodes: new Array<SymbolNode | undefined>(count) };
}

/** What a path within one distribution leads to. */
export type Lookup =
  | { readonly found: 'node'; readonly toplevel: string; readonly index: number; readonly node: SymbolNode }
  /** The path goes on in another place: at `external`, with `rest` behind it. */
  | { readonly found: 'external'; readonly external: DottedPath; readonly rest: readonly string[] }
  | { readonly found: 'no-toplevel' }
  /** No child of this name; `at` is the number of parts before it. */
  | { readonly found: 'no-attribute'; readonly at: number; readonly near: readonly string[] };

/** Follows a path from its top-level on, child by child. */
export function lookUp(graph: GraphView, parts: readonly string[]): Lookup {
  const [toplevel = ''] = parts;
  let index = 0;
  let node = graph.node(toplevel, 0);
  if (node === undefined) return { found: 'no-toplevel' };
  for (let at = 1; at < parts.length; at += 1) {
    const child = node.children.get(parts[at] as string);
    if (child === undefined) return { found: 'no-attribute', at, near: [...node.children.keys()] };
    if (isExternal(child)) return { found: 'external', external: child.external, rest: parts.slice(at + 1) };
    index = child.internal;
    node = nodeAt(graph, toplevel, index);
  }
  return { found: 'node', toplevel, index, node };
}

/** Whether a reference leaves its top-level. */
export const isExternal = ({ external }: NodeRef): boolean => external.parts.length > 0;

/** The node of a reference. Throws MPY301 where there is none. */
export function nodeAt(graph: GraphView, toplevel: string, index: number): SymbolNode {
  const node = graph.node(toplevel, index);
  if (node !== undefined) return node;
  throw fault('MPY301', {
    what: `a reference to node ${index} of '${toplevel}', which has ${graph.size(toplevel)}`,
  });
}
