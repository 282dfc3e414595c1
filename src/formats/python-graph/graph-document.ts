import { fault } from '../../diagnostics/index.ts';
import { DocumentScanner } from './document-scanner.ts';
import type { GraphEvent, NodeKind } from './graph.ts';
import { graphNode } from './graph.ts';
import { readLegacyNode } from './legacy-node.ts';

/**
 * Reads the one document of the original explorer, `{"pip-package", "pip-version", "shards": {TOP: {ID: NODE}}, "rootIDs"}`,
 * in memory for one node. Ids become dense numbers by their text, so that none above 2^53 is confused with another. As the
 * roots may stand behind the shards, the root of a shard is its module node by that name, unless `rootIDs` came before.
 * Throws MPY020 for JSON of another shape.
 */
export async function* readDocument(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<GraphEvent> {
  const reader = new DocumentReader();
  const scanner = new DocumentScanner((path, text) => reader.take(path, text), wholeValue);
  for await (const piece of pieces) {
    scanner.push(piece);
    yield* reader.drain(scanner.path);
  }
  yield* reader.finish(scanner.done);
}

/** Which values are taken as one text: nodes, the roots, and what stands outside of the shards. */
const wholeValue = (path: readonly string[]): boolean =>
  path[0] === 'shards' ? path.length === 3 : path.length === 1;

class DocumentReader {
  #name = '';
  #version = '';
  #roots = new Map<string, string>();
  #events: GraphEvent[] = [];
  #begun = false;
  #shard: string | undefined;
  #ids = new Map<string, number>();
  #guess: number | null = null;

  take(path: readonly string[], text: string): void {
    const [first, toplevel, id] = path;
    if (first === 'shards' && toplevel !== undefined && id !== undefined) this.#node(toplevel, id, text);
    else if (first === 'pip-package') this.#name = readText(text);
    else if (first === 'pip-version') this.#version = readText(text);
    else if (first === 'rootIDs') this.#roots = readRoots(text);
  }

  /** Events so far; a shard ends when the scanner has left it. */
  *drain(path: readonly string[]): Generator<GraphEvent> {
    if (this.#shard !== undefined && !(path[0] === 'shards' && (path[1] ?? this.#shard) === this.#shard))
      this.#end(true);
    yield* this.#events.splice(0);
  }

  *finish(complete: boolean): Generator<GraphEvent> {
    this.#end(complete);
    if (!this.#begun && complete) this.#begin();
    if (!this.#begun) throw fault('MPY020', { what: 'the document ends before its first node' });
    yield* this.#events.splice(0);
    if (!complete) {
      const what = 'the document ends before its last bracket';
      yield { event: 'trouble', trouble: { code: 'MPY021', what, toplevel: null, at: null, why: '' } };
    }
    yield { event: 'end', complete };
  }

  #begin(): void {
    this.#begun = true;
    const header = {
      state: 'raw' as const,
      distribution: { name: this.#name, version: this.#version },
      python: { implementation: '', version: '' },
      rules: 'original' as const,
    };
    this.#events.push({ event: 'header', header });
  }

  #node(toplevel: string, key: string, text: string): void {
    if (!this.#begun) this.#begin();
    if (this.#shard !== toplevel) {
      this.#end(true);
      this.#shard = toplevel;
      this.#ids = new Map();
      this.#guess = null;
      this.#events.push({ event: 'shard', toplevel });
    }
    const node = readLegacyNode(text, key, (id) => this.#id(id));
    if (node === undefined) {
      const what = `the node '${key}' says nothing that can be read`;
      this.#events.push({ event: 'trouble', trouble: { code: 'MPY026', what, toplevel, at: null, why: '' } });
      return;
    }
    if (node.canonical === toplevel && node.reference === undefined && isRootKind(node.kind))
      this.#guess ??= node.id;
    this.#events.push({ event: 'node', node: graphNode(node) });
  }

  #id(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const next = this.#ids.size;
    this.#ids.set(text, next);
    return next;
  }

  #end(complete: boolean): void {
    if (this.#shard === undefined) return;
    const told = this.#roots.get(this.#shard);
    const root = (told === undefined ? undefined : this.#ids.get(told)) ?? this.#guess;
    this.#events.push({ event: 'shard-end', toplevel: this.#shard, root, complete });
    this.#shard = undefined;
  }
}

const isRootKind = (kind: NodeKind | null | undefined): boolean => kind === 'module' || kind === 'object';

function readText(json: string): string {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
}

/** Top-levels and the text of their ids. */
function readRoots(json: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name, id] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*:\s*"?(\d+)"?/g)) {
    if (name !== undefined && id !== undefined) found.set(readText(name), id);
  }
  return found;
}
