import { fault } from '../../diagnostics/index.ts';
import { checkCount, type Section } from './blocks.ts';
import { decodeMessage } from './datafile.ts';
import type { DottedPath, NodeRef, SymbolGraph, SymbolNode } from './entities.ts';
import { symbolNode } from './entity-codecs.ts';
import { InternTable } from './intern-table.ts';
import { MessageReader } from './message-reader.ts';
import { readFault } from './read-trouble.ts';

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
  readonly bytes: Uint8Array;
  /** Where each node begins, and where the last one ends. */
  readonly offsets: Uint32Array;
  readonly nodes: (SymbolNode | undefined)[];
}

/**
 * A view of a graph's datafile: a section is unpacked and a node is read when somebody asks for them. A section is passed over
 * whole first, so that nothing is used of one that is cut off. Throws MPY300 to MPY303 where keys are not known before.
 */
export function viewGraphSections(
  sections: readonly Section<unknown>[],
  texts: InternTable = new InternTable(),
): GraphView {
  const shelves = new Map<string, Shelf>();
  const places = new Map<string, number>();
  const load = (at: number): readonly string[] => {
    const read = readSection(sections[at] as Section<unknown>, { hasHead: at === 0, texts });
    for (const [toplevel, shelf] of read) shelves.set(toplevel, shelf);
    return [...read.keys()];
  };
  for (const [at, { keys }] of sections.entries())
    for (const key of keys ?? load(at)) places.set(String(key), at);
  const shelfOf = (toplevel: string): Shelf | undefined => {
    const at = places.get(toplevel);
    if (at !== undefined && !shelves.has(toplevel)) load(at);
    return shelves.get(toplevel);
  };
  return {
    toplevels: [...places.keys()],
    size: (toplevel) => shelfOf(toplevel)?.nodes.length ?? 0,
    node: (toplevel, index) => {
      const shelf = shelfOf(toplevel);
      if (shelf === undefined || index >= shelf.nodes.length || index < 0) return undefined;
      const known = shelf.nodes[index];
      if (known !== undefined) return known;
      const node = decodeMessage(
        symbolNode,
        shelf.bytes.subarray(shelf.offsets[index], shelf.offsets[index + 1]),
        {
          name: `SymbolGraph["${toplevel}"][${index}]`,
          texts,
        },
      );
      shelf.nodes[index] = node;
      return node;
    },
  };
}

function readSection(
  section: Section<unknown>,
  { hasHead, texts }: { readonly hasHead: boolean; readonly texts: InternTable },
): ReadonlyMap<string, Shelf> {
  const shelves = new Map<string, Shelf>();
  const bytes = section.bytes();
  const reader = new MessageReader(bytes, texts);
  try {
    const count = hasHead ? reader.mapHead({ streamed: true }) : undefined;
    while (reader.left > 0) {
      const toplevel = reader.internedText();
      shelves.set(toplevel, readShelf(reader, bytes));
    }
    checkCount(section, { name: 'SymbolGraph', found: shelves.size, count });
  } catch (error) {
    throw readFault(error, 'SymbolGraph');
  }
  return shelves;
}

function readShelf(reader: MessageReader, bytes: Uint8Array): Shelf {
  const count = reader.arrayHead();
  const offsets = new Uint32Array(count + 1);
  for (let index = 0; index < count; index += 1) {
    offsets[index] = reader.at;
    reader.skip();
  }
  offsets[count] = reader.at;
  return { bytes, offsets, nodes: new Array<SymbolNode | undefined>(count) };
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
