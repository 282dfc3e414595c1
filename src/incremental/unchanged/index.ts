/**
 * What a build that had nothing to do saw, in a file of its own: the same order again is answered by a look at these paths, before the
 * targets are known and the rest is loaded. It is true as long as every stamp is: all inputs and outputs, what stands in folders
 * among them, and what the targets themselves were read from.
 */
import { firstBytes, stampInto, stampWidth } from '../../host/early/index.ts';

const magic = 'packmill-unchanged 1\n';
/** Room for the order and for what was said. */
const usualHead = 1 << 16;

interface Head {
  readonly sign: string;
  readonly said: string;
  readonly count: number;
  /** Of the head itself, in bytes. */
  readonly length: number;
}

export interface SeenFiles {
  /** What was ordered: options, variables, folder. Another one is another order. */
  readonly sign: string;
  /** What the build said in the end. */
  readonly said: string;
  /** Relative to the folder of the build, or absolute. */
  readonly paths: readonly string[];
  /** As `stampInto` writes them, in the order of paths. */
  readonly stamps: Float64Array;
}

/** The file that `recallUnchanged` reads. */
export function encodeUnchanged({ sign, said, paths, stamps }: SeenFiles): Uint8Array {
  const head = Buffer.from(`${magic}${JSON.stringify({ sign, said, count: paths.length })}\n`);
  // numbers begin at a multiple of eight
  const padding = Buffer.alloc(-head.length & 7, '\n');
  const numbers = Buffer.from(stamps.buffer, stamps.byteOffset, stamps.byteLength);
  return Buffer.concat([head, padding, numbers, Buffer.from(paths.join('\0'))]);
}

function headOf(bytes: Uint8Array): Head | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.indexOf(10, magic.length);
  if (end === -1 || buffer.toString('latin1', 0, magic.length) !== magic) return undefined;
  try {
    const head = JSON.parse(buffer.toString('utf8', magic.length, end)) as Head;
    return { ...head, length: (end + 8) & ~7 };
  } catch {
    return undefined;
  }
}

export interface RecallInput {
  readonly file: string;
  readonly sign: string;
  /** Folder of the build. */
  readonly root: string;
  /** The folder that this process works in: paths are shorter from there. */
  readonly here: string;
  /** Whether somebody watches, and says that nothing has changed: then no file is looked at. */
  readonly trusted?: boolean;
}

/** What a build with this order said when it had nothing to do, when it would say so again; undefined when nobody knows. */
export function recallUnchanged({
  file,
  sign,
  root,
  here,
  trusted = false,
}: RecallInput): string | undefined {
  const first = firstBytes(file, trusted ? usualHead : Number.MAX_SAFE_INTEGER);
  const head = first === undefined ? undefined : headOf(first.bytes);
  if (first === undefined || head === undefined || head.sign !== sign) return undefined;
  if (trusted) return head.said;
  const { bytes } = first;
  const numbers = head.count * stampWidth * 8;
  if (head.length + numbers > bytes.length) return undefined;
  const paths = Buffer.from(bytes.buffer, head.length + numbers)
    .toString('utf8')
    .split('\0');
  if (paths.length !== head.count) return undefined;
  const stamps = new Float64Array(bytes.buffer, head.length, head.count * stampWidth);
  const before = root === here ? '' : `${root}/`;
  return areTheSame(paths, stamps, before) ? head.said : undefined;
}

function areTheSame(paths: readonly string[], stamps: Float64Array, before: string): boolean {
  const now = new Float64Array(stampWidth);
  try {
    for (let at = 0; at < paths.length; at += 1) {
      const path = paths[at] as string;
      stampInto(before === '' || path.startsWith('/') ? path : before + path, now, 0);
      const was = at * stampWidth;
      for (let i = 0; i < stampWidth; i += 1) if (now[i] !== stamps[was + i]) return false;
    }
    return true;
  } catch {
    // whoever cannot be looked at is told in the usual way
    return false;
  }
}
