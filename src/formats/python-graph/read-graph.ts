import { fault } from '../../diagnostics/index.ts';
import { isSpace } from './document-scanner.ts';
import type { GraphEvent, GraphHeader, GraphNode, GraphShard, GraphTrouble } from './graph.ts';
import { readDocument } from './graph-document.ts';
import { decodeGraphEvent } from './graph-lines.ts';

/** The longest line that is read; a node has at most a few texts of 64 KiB, and a name for each of its members. */
const longestLine = 500_000_000;

/** Pieces of a text in UTF-8 as its lines, without line feeds; the last one without a line feed is marked. */
async function* linesOf(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly line: string; readonly ended: boolean }> {
  const decoder = new TextDecoder('utf-8');
  // a line may be as long as many pieces: what is there of it is looked at once
  let parts: string[] = [];
  let size = 0;
  const lineWith = (last: string): string => {
    const line = parts.length === 0 ? last : `${parts.join('')}${last}`;
    parts = [];
    size = 0;
    return line;
  };
  for await (const piece of pieces) {
    const text = decoder.decode(piece, { stream: true });
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      yield { line: lineWith(text.slice(from, end)), ended: true };
      from = end + 1;
    }
    parts.push(text.slice(from));
    size += text.length - from;
    if (size > longestLine) throw fault('MPY020', { what: 'a line of the graph is longer than 500 MB' });
  }
  const last = lineWith(decoder.decode());
  if (last !== '') yield { line: last, ended: false };
}

/** What comes first behind blanks, and all pieces from it on. */
async function peek(
  iterator: AsyncIterator<Uint8Array>,
): Promise<{ readonly head: string; readonly all: AsyncIterable<Uint8Array> }> {
  const kept: Uint8Array[] = [];
  let head = '';
  while (head.length < 256) {
    const step = await iterator.next();
    if (step.done === true) break;
    const begin = head === '' ? step.value.findIndex((byte) => !isSpace(byte)) : 0;
    if (begin < 0) continue;
    const piece = step.value.subarray(begin);
    kept.push(piece);
    head += Buffer.from(piece.subarray(0, 512)).toString('latin1');
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
 * MPY020 for what is no graph at all. The pieces are let go of however it ends.
 */
export async function* readGraph(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<GraphEvent> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    const { head, all } = await peek(iterator);
    if (isLines(head)) yield* readLines(all);
    else if (head.startsWith('{')) yield* readDocument(all);
    else throw fault('MPY020', { what: 'the graph does not begin with a bracket' });
  } finally {
    // pieces that were looked at first are handed out without the iterator, which then is left by nobody else
    await iterator.return?.();
  }
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
