import { decodeGraphEvent, type GraphHeader } from '../formats/python-graph/index.ts';
import { readFileRange } from '../host/index.ts';

/** The header is the first line of a graph, and a short one. */
const longestHeader = 65_536;

/** What a graph of a distribution says of itself; undefined for a file that begins otherwise. Throws SYS004. */
export async function graphHeader(path: string): Promise<GraphHeader | undefined> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readFileRange(path, 0, longestHeader)) pieces.push(piece);
  const event = decodeGraphEvent(Buffer.concat(pieces).toString('utf8').split('\n', 1)[0] ?? '');
  return event?.event === 'header' ? event.header : undefined;
}
