import { dirname } from 'node:path';
import { fault } from '../diagnostics/index.ts';
import {
  decodeGraphEvent,
  encodeGraphEvent,
  type GraphTrouble,
  type PythonDistribution,
  readShards,
  type ShardReport,
  validateShard,
} from '../formats/python-graph/index.ts';
import {
  ensureFolder,
  kindsIn,
  readPieces,
  removeEntry,
  renameEntry,
  replaceFile,
  systemRandom,
  writeFileWithMode,
  writeNewFile,
} from '../host/index.ts';
import { FirstOf } from './first-of.ts';
import { beginningOf } from './untrusted-file.ts';

/** What a graph has, without its nodes. */
export interface GraphSummary {
  readonly toplevels: readonly {
    readonly toplevel: string;
    readonly nodes: number;
    readonly complete: boolean;
  }[];
  /** At most 200 of what went wrong, each cut to a readable length. */
  readonly troubles: readonly GraphTrouble[];
  /** How many troubles, and top-levels, are beyond what is kept. */
  readonly leftOut: LeftOut;
  /** Whether the explorer came to its own end. */
  readonly complete: boolean;
  /** Version of Python that it ran with. */
  readonly python: string;
  /** Folder of the standard library in the sandbox; empty where the explorer did not tell. */
  readonly standardFolder: string;
}

/** How much of a graph's lists is told of and not kept. */
export interface LeftOut {
  readonly troubles: number;
  readonly toplevels: number;
}

/** Whoever is explored can write any number of lines; these are kept in memory, in records and in reports. */
const mostTroubles = 200;
const mostToplevels = 20_000;
const mostSigns = 2_000;
/** A line that is no node's, and longer, is none of an explorer. */
const mostLineBytes = 1 << 20;

/** A trouble with texts of a readable length; of a traceback the end says what went wrong. */
const shortened = (trouble: GraphTrouble): GraphTrouble => ({
  ...trouble,
  what: trouble.what.slice(0, mostSigns),
  why: trouble.why.slice(-mostSigns),
  at: trouble.at === null ? null : trouble.at.slice(0, mostSigns),
});

const besides = (output: string): string => `${output}.${systemRandom.hex(6)}.new`;

/** Writes a file whole or not at all: under another name first. */
async function writeWholly(output: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  ensureFolder(dirname(output));
  const temporary = besides(output);
  try {
    await writeNewFile(temporary, pieces, 0o644);
    renameEntry(temporary, output);
  } finally {
    removeEntry(temporary);
  }
}

/**
 * Takes what the explorer left in its folder: the graph to `output` when it has nodes, and the log with the words of the
 * interpreter beside it. Undefined when there is not even the first line of a graph.
 */
export async function takeGraph(where: {
  readonly from: string;
  readonly output: string;
  readonly words: string;
}): Promise<GraphSummary | undefined> {
  const { from, output, words } = where;
  const summing = new Summing();
  ensureFolder(dirname(output));
  const temporary = besides(output);
  try {
    if (kindsIn(from).some(({ name, kind }) => name === graphName && kind === 'file')) {
      await writeNewFile(temporary, summing.pass(readPieces(`${from}/${graphName}`)), 0o644);
      const isWorth = summing.toplevels.kept.some(({ nodes }) => nodes > 0);
      if (isWorth) renameEntry(temporary, output);
    }
  } finally {
    removeEntry(temporary);
  }
  const log = await beginningOf(`${from}/explore.log`, logBytes);
  await writeFileWithMode(`${output}.log`, words === '' ? log : `${log}${words}`, 0o644);
  if (!summing.hasHeader) return undefined;
  return {
    toplevels: summing.toplevels.kept,
    troubles: summing.troubles.kept,
    leftOut: { troubles: summing.troubles.leftOut, toplevels: summing.toplevels.leftOut },
    complete: summing.complete,
    python: summing.python,
    standardFolder: await readStandardFolder(`${from}/facts.json`),
  };
}

/** The graph in the explorer's folder. */
const graphName = 'graph.jsonl';
/** What is kept of the explorer's log. */
const logBytes = 1 << 20;
/** A longest path, with each of its signs escaped. */
const factBytes = 1 << 16;

async function readStandardFolder(path: string): Promise<string> {
  try {
    const facts = JSON.parse(await beginningOf(path, factBytes)) as {
      readonly standardFolder?: unknown;
    } | null;
    return typeof facts?.standardFolder === 'string' ? facts.standardFolder : '';
  } catch {
    return '';
  }
}

/** How the line of a node begins. */
const nodeMark = '{"id":';
const isNodeLine = (parts: readonly Buffer[]): boolean =>
  Buffer.concat(parts.map((part) => part.subarray(0, nodeMark.length)))
    .toString('latin1')
    .startsWith(nodeMark);

/** Sums up the lines of a graph as they pass; nodes are counted by how their lines begin. */
class Summing {
  readonly toplevels = new FirstOf<GraphSummary['toplevels'][number]>(mostToplevels);
  readonly troubles = new FirstOf<GraphTrouble>(mostTroubles);
  hasHeader = false;
  python = '';
  complete = false;
  #nodes = 0;

  async *pass(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let line: Buffer[] = [];
    let kept = 0;
    for await (const piece of pieces) {
      yield piece;
      const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      let from = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
        this.#line([...line, bytes.subarray(from, end)]);
        line = [];
        kept = 0;
        from = end + 1;
      }
      // of a node its beginning is enough, however long it is
      const isNode = kept > nodeMark.length && isNodeLine(line);
      if (from === bytes.byteLength || isNode || kept > mostLineBytes) continue;
      line.push(Buffer.from(bytes.subarray(from)));
      kept += bytes.byteLength - from;
    }
  }

  #line(parts: readonly Buffer[]): void {
    if (isNodeLine(parts)) {
      this.#nodes += 1;
      return;
    }
    const text = Buffer.concat(parts).toString('utf8');
    const event = text.length > 2 * mostLineBytes ? undefined : decodeGraphEvent(text);
    if (event?.event === 'header') {
      this.hasHeader = true;
      this.python = event.header.python.version.slice(0, mostSigns);
    } else if (event?.event === 'trouble') this.troubles.add(shortened(event.trouble));
    else if (event?.event === 'end') this.complete = event.complete;
    else if (event?.event === 'shard') this.#nodes = 0;
    else if (event?.event === 'shard-end') {
      const { complete } = event;
      this.toplevels.add({ toplevel: event.toplevel.slice(0, mostSigns), nodes: this.#nodes, complete });
    }
  }
}

/** What `validateGraph` made of a graph. */
export interface ValidationReport {
  readonly distribution: PythonDistribution;
  readonly shards: readonly ShardReport[];
  /** As in `GraphSummary`. */
  readonly troubles: readonly GraphTrouble[];
  readonly leftOut: LeftOut;
  /** False when the raw graph was cut short. */
  readonly complete: boolean;
}

const encoder = new TextEncoder();

/**
 * Makes the raw graph of `input` valid and writes it to `output`, whole or not at all, with a report in
 * `OUTPUT.report.json`. In memory for one shard. Shards without a root are left out (MPY023). Throws MPY020 for what is no
 * graph, MPY022 for a top-level with a dot, SYS004 for the disk.
 */
export async function validateGraph(input: string, output: string): Promise<ValidationReport> {
  const work = new ValidationWork();
  await writeWholly(output, work.lines(readPieces(input)));
  const report = work.report();
  replaceFile(`${output}.report.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  return report;
}

class ValidationWork {
  readonly #shards = new FirstOf<ShardReport>(mostToplevels);
  readonly #troubles = new FirstOf<GraphTrouble>(mostTroubles);
  #distribution: PythonDistribution = { name: '', version: '' };
  #complete = false;

  report(): ValidationReport {
    return {
      distribution: this.#distribution,
      shards: this.#shards.kept,
      troubles: this.#troubles.kept,
      leftOut: { troubles: this.#troubles.leftOut, toplevels: this.#shards.leftOut },
      complete: this.#complete,
    };
  }

  async *lines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const event of readShards(pieces)) {
      if (event.event === 'header') {
        this.#distribution = event.header.distribution;
        yield line({ event: 'header', header: { ...event.header, state: 'valid' } });
      } else if (event.event === 'trouble') {
        this.#troubles.add(shortened(event.trouble));
        yield line(event);
      } else if (event.event === 'end') {
        this.#complete = event.complete;
        yield line(event);
      } else yield* this.#shard(event.shard);
    }
  }

  *#shard(raw: Parameters<typeof validateShard>[0]): Generator<Uint8Array> {
    if (raw.toplevel.includes('.')) {
      throw fault('MPY022', { what: `the top-level '${raw.toplevel}' has a dot in its name` });
    }
    const { shard, report, troubles } = validateShard(raw);
    this.#shards.add(report);
    for (const trouble of troubles) {
      this.#troubles.add(shortened(trouble));
      yield line({ event: 'trouble', trouble });
    }
    if (shard === undefined) return;
    const { toplevel, root, complete } = shard;
    yield line({ event: 'shard', toplevel });
    let text: string[] = [];
    let size = 0;
    for (const node of shard.nodes.values()) {
      const one = encodeGraphEvent({ event: 'node', node });
      text.push(one, '\n');
      size += one.length;
      if (size < 1 << 18) continue;
      yield encoder.encode(text.join(''));
      text = [];
      size = 0;
    }
    yield encoder.encode(text.join(''));
    yield line({ event: 'shard-end', toplevel, root, complete });
  }
}

const line = (event: Parameters<typeof encodeGraphEvent>[0]): Uint8Array =>
  encoder.encode(`${encodeGraphEvent(event)}\n`);
