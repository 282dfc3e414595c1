import { ProblemError } from '../src/diagnostics/index.ts';
import {
  decodeGraphEvent,
  encodeGraphEvent,
  readShards,
  type ShardEvent,
  validateShard,
} from '../src/formats/python-graph/index.ts';
import { type FuzzTarget, inPieces, must } from './target.ts';

/** Graphs of Python distributions, of lines and as one document: what is read is made valid, once and for all. */
export const target: FuzzTarget = {
  name: 'python-graph',
  async check(input) {
    const events: ShardEvent[] = [];
    try {
      for await (const event of readShards(inPieces(input))) events.push(event);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      must(error.problem.code === 'MPY020', 'what is no graph fails with a code of its own');
      return;
    }
    must(events.at(-1)?.event === 'end', 'a graph has an end, whole or not');
    for (const event of events) {
      if (event.event !== 'shard') continue;
      const { shard } = validateShard(event.shard);
      if (shard === undefined) continue;
      const again = validateShard(shard);
      must(again.troubles.length === 0, 'a valid shard has no troubles');
      for (const node of shard.nodes.values()) {
        const line = encodeGraphEvent({ event: 'node', node });
        const read = decodeGraphEvent(line);
        must(read?.event === 'node' && encodeGraphEvent(read) === line, 'a node prints the same again');
      }
    }
  },
};
