/**
 * A datafile is a gzip file of several members: a head, and blocks of entries of some 64 KiB, which together are one map in
 * MessagePack. Any gzip reads it whole; with the list of blocks in the head one block is unpacked alone.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { fault, messageOf } from '../../diagnostics/index.ts';
import { array, type Codec, int, type MapCodec, str, struct, u64 } from './codec.ts';
import { MessageWriter } from './message-writer.ts';

const blockBytes = 64 * 1024;

/** Keys that are texts are all listed, so that they are known without unpacking; of hashes the first one is. */
const rowOf = <K>(key: Codec<K>) => struct('Block', { keys: array(key), packed: int, body: int });
export const textRows = array(rowOf(str));
export const hashRows = array(rowOf(u64));

/** One block: its keys (or the first), and its bytes packed and unpacked. */
export interface BlockRow<K> {
  readonly keys: readonly K[];
  readonly packed: number;
  readonly body: number;
}

/** The map as packed blocks and their rows. The first block begins with the head of the map. */
export function packBlocks<K, V>(
  codec: MapCodec<K, V>,
  values: ReadonlyMap<K, V>,
): { readonly rows: readonly BlockRow<K>[]; readonly blocks: readonly Uint8Array[] } {
  const allKeys = codec.key.schema === 'str';
  const rows: BlockRow<K>[] = [];
  const blocks: Uint8Array[] = [];
  const writer = new MessageWriter();
  writer.mapHead(values.size);
  let keys: K[] = [];
  const finish = (): void => {
    const body = writer.take();
    const packed = gzipSync(body, { level: 6 });
    rows.push({ keys: allKeys ? keys : keys.slice(0, 1), packed: packed.length, body: body.length });
    blocks.push(packed);
    keys = [];
  };
  for (const key of [...values.keys()].sort(codec.key.compare)) {
    codec.key.write(writer, key);
    codec.value.write(writer, values.get(key) as V);
    keys.push(key);
    if (writer.length >= blockBytes) finish();
  }
  if (writer.length > 0) finish();
  return { rows, blocks };
}

// The length of the head's member stands in an extra field of its gzip header (RFC 1952, 2.3.1.1).
const fieldHead = [0x0c, 0x00, 0x50, 0x4d, 0x08, 0x00] as const;
const fieldBytes = fieldHead.length + 8;
const gzipHead = 10;

/** The head's bytes as a gzip member that says how long it is itself, and how long the file. */
export function packHead(head: Uint8Array, blocks: readonly Uint8Array[]): Uint8Array {
  const plain = gzipSync(head, { level: 6 });
  const packed = new Uint8Array(plain.length + fieldBytes);
  packed.set(plain.subarray(0, gzipHead));
  packed[3] = (packed[3] as number) | 4;
  packed.set(fieldHead, gzipHead);
  const view = new DataView(packed.buffer);
  view.setUint32(gzipHead + fieldHead.length, packed.length, true);
  view.setUint32(
    gzipHead + fieldHead.length + 4,
    blocks.reduce((sum, { length }) => sum + length, packed.length),
    true,
  );
  packed.set(plain.subarray(gzipHead), gzipHead + fieldBytes);
  return packed;
}

/** Length of the head's member; undefined for files that have none. Throws MPY300 and MPY303 when the file is not as long as it says. */
export function headLength(file: Uint8Array): number | undefined {
  if (file[3] !== 4 || !fieldHead.every((byte, index) => file[gzipHead + index] === byte)) return undefined;
  if (file.length < gzipHead + fieldBytes) throw fault('MPY300', { what: 'a datafile ends within its head' });
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const whole = view.getUint32(gzipHead + fieldHead.length + 4, true);
  if (file.length < whole)
    throw fault('MPY300', { what: `a datafile of ${whole} bytes ends after ${file.length}` });
  if (file.length > whole) throw fault('MPY303', { what: `${file.length - whole} bytes follow a datafile` });
  return view.getUint32(gzipHead + fieldHead.length, true);
}

/** Unpacks gzip, all members. Throws MPY308. */
export function unpack(packed: Uint8Array, what: string, maxBytes: number): Uint8Array {
  try {
    return gunzipSync(packed, { maxOutputLength: maxBytes });
  } catch (cause) {
    throw fault('MPY308', { what: `${what} cannot be unpacked: ${messageOf(cause)}`, cause });
  }
}

/** Some entries of a map: unpacked when they are asked for. */
export interface Section<K> {
  /** All keys, or the first one; undefined: they are not known before the bytes are. */
  readonly keys: readonly K[] | undefined;
  /** The bytes, with the head of the map in front when it is the first section. Throws MPY300 and MPY308. */
  bytes(): Uint8Array;
  /** Length of these bytes. */
  readonly size: number;
}

/**
 * Holds the entries of a section against what is said of them: of the only section by the head of the map. Throws MPY300 when some
 * are missing, MPY303 when there are more.
 */
export function checkCount(
  { keys }: Section<unknown>,
  {
    name,
    found,
    count,
  }: { readonly name: string; readonly found: number; readonly count: number | undefined },
): void {
  if (keys !== undefined || count === undefined || found === count) return;
  const what = `'${name}' has ${found} entries of ${count}`;
  throw fault(found < count ? 'MPY300' : 'MPY303', { what });
}

/** The sections of a file with blocks. Throws MPY300 when the rows do not fit the file. */
export function sectionsOf<K>(
  rows: readonly BlockRow<K>[],
  { file, head, name }: { readonly file: Uint8Array; readonly head: number; readonly name: string },
): readonly Section<K>[] {
  let at = head;
  const sections = rows.map(({ keys, packed, body }): Section<K> => {
    const start = at;
    at += packed;
    return {
      keys,
      size: body,
      bytes: () => {
        const bytes = unpack(file.subarray(start, start + packed), `a block of '${name}'`, Math.max(1, body));
        if (bytes.length !== body)
          throw fault('MPY300', { what: `a block of '${name}' has ${bytes.length} bytes of ${body}` });
        return bytes;
      },
    };
  });
  if (at !== file.length)
    throw fault('MPY300', { what: `the blocks of '${name}' do not fit its ${file.length} bytes` });
  return sections;
}
