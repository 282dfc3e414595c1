import { fault } from '../../diagnostics/index.ts';
import type { GraphEvent, GraphHeader, GraphNode, GraphShard, GraphTrouble } from './graph.ts';
import { readDocument } from './graph-document.ts';
import { decodeGraphEvent } from './graph-lines.ts';

/** The longest line that is read; a node has at most a few texts of 64 KiB, and a name for each of its members. */
const longestLine = 512 * 1024 * 1024;

/** Pieces of a text in UTF-8 as its lines, without line feeds; the last one without a line feed is marked. */
async function* linesOf(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly line: string; readonly ended: boolean }> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  for await (const piece of pieces) {
    const text = rest + decoder.decode(piece, { stream: true });
    let from = 0;
    for (;;) {
      const end = text.indexOf('\n', from);
      if (end < 0) break;
      yield { line: text.slice(from, end), ended: true };
      from = end + 1;
    }
    rest = text.slice(from);
    if (rest.length > longestLine)
      throw fault('MPY020', { what: 'a line of the graph is longer than 512 MiB' });
  }
  rest += decoder.decode();
  if (rest !== '') yield { line: rest, ended: false };
}

/** The first byte that says something, and all pieces again. */
async function peek(
  pieces: AsyncIterable<Uint8Array>,
): Promise<{ readonly head: string; readonly all: AsyncIterable<Uint8Array> }> {
  const iterator = pieces[Symbol.asyncIterator]();
  const kept: Uint8Array[] = [];
  let head = '';
  while (head.length < 256) {
    const step = await iterator.next();
    if (step.done === true) break;
    kept.push(step.value);
    head += Buffer.from(step.value.subarray(0, 512)).toString('latin1');
    head = head.trimStart();
  }
  async function* again(): AsyncGenerator<Uint8Array> {
    yield* kept;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { head, all: again() };
}

const isLines = (head: string): boolean => /^\{\s*"graph"\s*:/.test(head);

/**
 * Reads a graph piece by piece, in memory for one line: our own lines, or the one document of the original explorer.
 * Lines that are none become a trouble MPY026; an end that is missing MPY021 and an `end` that is not complete. Throws
 * MPY020 for what is no graph at all.
 */
export async function* readGraph(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<GraphEvent> {
  const { head, all } = await peek(pieces);
  if (!isLines(head)) {
    if (!head.startsWith('{')) throw fault('MPY020', { what: 'the graph does not begin with a bracket' });
    yield* readDocument(all);
    return;
  }
  yield* readLines(all);
}

const trouble = (code: string, what: string, toplevel: string | null): GraphEvent => ({
  event: 'trouble',
  trouble: { code, what, toplevel, at: null, why: '' },
});

async function* readLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<GraphEvent> {
  let header: GraphHeader | undefined;
  let shard: string | null = null;
  let complete: boolean | undefined;
  let count = 0;
  for await (const { line, ended } of linesOf(pieces)) {
    count += 1;
    if (complete !== undefined || line === '') continue;
    const event = decodeGraphEvent(line);
    if (header === undefined) {
      if (event?.event !== 'header') throw fault('MPY020', { what: 'the first line is not that of a graph' });
      header = event.header;
      yield event;
      continue;
    }
    const next = placed(event, shard);
    if (next === undefined) {
      // what was being written when it ended is no mistake of its own
      if (ended) yield trouble('MPY026', `line ${count} of the graph says nothing that can be read`, shard);
      continue;
    }
    if (next.event === 'shard') {
      if (shard !== null) yield { event: 'shard-end', toplevel: shard, root: null, complete: false };
      shard = next.toplevel;
    }
    if (next.event === 'end') complete = next.complete;
    else if (next.event === 'shard-end') shard = null;
    if (next.event !== 'end') yield next;
  }
  if (shard !== null) yield { event: 'shard-end', toplevel: shard, root: null, complete: false };
  if (complete === undefined) yield trouble('MPY021', 'the graph has no last line', shard);
  yield { event: 'end', complete: complete ?? false };
}

/** The event, when it may stand here. */
function placed(event: GraphEvent | undefined, shard: string | null): GraphEvent | undefined {
  if (event === undefined || event.event === 'header') return undefined;
  if (event.event === 'node' && shard === null) return undefined;
  if (event.event === 'shard-end' && shard !== event.toplevel) return undefined;
  return event;
}

/** What `readShards` gives: the header first, then whole shards and troubles as they come, then the end. */
export type ShardEvent =
  | { readonly event: 'header'; readonly header: GraphHeader }
  | { readonly event: 'shard'; readonly shard: GraphShard }
  | { readonly event: 'trouble'; readonly trouble: GraphTrouble }
  | { readonly event: 'end'; readonly complete: boolean };

/** A graph by whole shards, in memory for one of them. Of two nodes with one id the first counts (MPY026). */
export async function* readShards(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<ShardEvent> {
  let nodes = new Map<number, GraphNode>();
  let toplevel: string | null = null;
  for await (const event of readGraph(pieces)) {
    if (event.event === 'shard') {
      nodes = new Map();
      toplevel = event.toplevel;
    } else if (event.event === 'node') {
      const { id } = event.node;
      if (nodes.has(id)) yield twice(id, toplevel);
      else nodes.set(id, event.node);
    } else if (event.event === 'shard-end') {
      const { root, complete } = event;
      yield { event: 'shard', shard: { toplevel: event.toplevel, root, nodes, complete } };
    } else {
      yield event;
    }
  }
}

function twice(id: number, toplevel: string | null): ShardEvent {
  const what = `the node ${id} is there twice`;
  return { event: 'trouble', trouble: { code: 'MPY026', what, toplevel, at: null, why: '' } };
}
