import { bytesIfThere, crc32, entryFacts, readBytes, renameEntry, writePieces } from '../host/index.ts';
import { linesPath } from './log-path.ts';

/**
 * The line index of one file: how many newlines stand before every 64 KiB of it. Places at equal distances in bytes
 * make every question cost one block, however long or short the lines are.
 *
 * On disk (`LOG.lines`, little endian): the signature, one 32-bit count per whole block, a CRC-32 of all before it.
 */
export interface LineCounts {
  /** Length of the file when it was counted. */
  readonly sizeBytes: number;
  /** Newlines before the end of each whole block. */
  readonly counts: readonly number[];
  /** Newlines in the whole file. */
  readonly newlines: number;
}

export const blockBytes = 64 * 1024;

const signature = Buffer.from('pmlines1');
/** Blocks read at a time while counting. */
const blocksAtOnce = 16;
/** A shorter addition is counted again rather than written. */
const worthWriting = 16;
const newline = 0x0a;

/** Newlines among some bytes. */
export function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count += 1;
  return count;
}

/** Counting of one file is shared by all who ask for it at the same time. */
const underWay = new Map<string, Promise<LineCounts>>();

/** The lines of a file up to its present end; counts what the index lacks, and extends it. Throws SYS004. */
export function lineCounts(path: string): Promise<LineCounts> {
  const running = underWay.get(path);
  if (running !== undefined) return running;
  const started = count(path).finally(() => underWay.delete(path));
  underWay.set(path, started);
  return started;
}

async function count(path: string): Promise<LineCounts> {
  const sizeBytes = entryFacts(path)?.sizeBytes ?? 0;
  const blocks = Math.floor(sizeBytes / blockBytes);
  const counts = load(path, blocks);
  const known = counts.length;
  let newlines = counts.at(-1) ?? 0;
  while (counts.length < blocks) {
    const wanted = Math.min(blocksAtOnce, blocks - counts.length) * blockBytes;
    const bytes = await readBytes(path, counts.length * blockBytes, wanted);
    if (bytes === undefined || bytes.byteLength < wanted) return { sizeBytes: 0, counts: [], newlines: 0 };
    for (let at = 0; at < wanted; at += blockBytes) {
      newlines += countNewlines(bytes.subarray(at, at + blockBytes));
      counts.push(newlines);
    }
  }
  if (counts.length - known >= worthWriting) await save(path, counts);
  const rest = await readBytes(path, blocks * blockBytes, sizeBytes - blocks * blockBytes);
  return { sizeBytes, counts, newlines: newlines + countNewlines(rest ?? Buffer.alloc(0)) };
}

/** What the index knows of the first `blocks` blocks; nothing when it is missing, damaged or of a longer file. */
function load(path: string, blocks: number): number[] {
  let bytes: Uint8Array | undefined;
  try {
    bytes = bytesIfThere(linesPath(path));
  } catch {
    return [];
  }
  const sum = signature.byteLength + 4;
  if (bytes === undefined || bytes.byteLength < sum || (bytes.byteLength - sum) % 4 !== 0) return [];
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const body = file.subarray(0, -4);
  if (!body.subarray(0, signature.byteLength).equals(signature)) return [];
  if (file.readUInt32LE(body.byteLength) !== crc32(body)) return [];
  const entries = (bytes.byteLength - sum) / 4;
  if (entries > blocks) return [];
  return Array.from({ length: entries }, (_, at) => body.readUInt32LE(signature.byteLength + at * 4));
}

async function save(path: string, counts: readonly number[]): Promise<void> {
  const body = Buffer.alloc(signature.byteLength + counts.length * 4);
  signature.copy(body);
  for (const [at, one] of counts.entries()) body.writeUInt32LE(one, signature.byteLength + at * 4);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(body));
  try {
    await writePieces(`${linesPath(path)}.new`, [body, sum]);
    renameEntry(`${linesPath(path)}.new`, linesPath(path));
  } catch {
    // A reader without the right to write here, or a full disk: the next one counts again.
  }
}
