import { fault } from '../../diagnostics/index.ts';
import {
  type BlockRow,
  hashRows,
  headLength,
  packBlocks,
  packHead,
  type Section,
  sectionsOf,
  textRows,
  unpack,
} from './blocks.ts';
import { type Codec, fingerprint, type MapCodec } from './codec.ts';
import type { ResourceKind, ResourceTypes } from './entities.ts';
import { resourceCodecs } from './entity-codecs.ts';
import type { InternTable } from './intern-table.ts';
import { MessageReader } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';
import { readCountLines } from './original-counts.ts';
import { isTruncation, readFault } from './read-trouble.ts';

/**
 * The head of a datafile of ours: a byte that no value of MessagePack begins with, `pmr`, the version of the head, the
 * fingerprint of the schema (8 bytes), the length of the name of the kind, the name, and the rows of its blocks. Files without it
 * are the original's.
 */
const mark = [0xc1, 0x70, 0x6d, 0x72] as const;
const headVersion = 1;
const fixedHead = 14;
/** 2 GiB unpacked: more than ten times the largest known. */
const maxBytes = 2 ** 31;

/** A value of the codec as MessagePack, without head and packing. Equal values give equal bytes. */
export function encodeMessage<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new MessageWriter();
  codec.write(writer, value);
  return writer.take();
}

/**
 * The value that bytes of MessagePack are, of which nothing is left. `name` begins the paths of messages. Throws MPY300 to
 * MPY305.
 */
export function decodeMessage<T>(
  codec: Codec<T>,
  bytes: Uint8Array,
  { name = 'value', texts }: ReadOptions = {},
): T {
  const reader = new MessageReader(bytes, texts);
  let value: T;
  try {
    value = codec.read(reader);
  } catch (error) {
    throw readFault(error, name);
  }
  if (reader.left > 0) throw fault('MPY303', { what: `${reader.left} bytes follow the end of '${name}'` });
  return value;
}

export interface ReadOptions {
  readonly name?: string;
  /** Where texts that repeat are kept; with one table for many files they are one text in all of them. */
  readonly texts?: InternTable;
}

/** The map's bytes entry by entry, in the order of keys: nothing but one entry is in memory as bytes. */
export function* encodeEntries<K, V>(
  codec: MapCodec<K, V>,
  values: ReadonlyMap<K, V>,
): Generator<Uint8Array> {
  const writer = new MessageWriter();
  writer.mapHead(values.size);
  for (const key of [...values.keys()].sort(codec.key.compare)) {
    codec.key.write(writer, key);
    codec.value.write(writer, values.get(key) as V);
    yield writer.take();
  }
  if (writer.length > 0) yield writer.take();
}

/**
 * The entries of a map whose bytes arrive in pieces, as soon as each is there; in memory are one entry and the piece that it
 * came in. Throws MPY300 to MPY305.
 */
export async function* decodeEntries<K, V>(
  codec: MapCodec<K, V>,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { name = 'value', texts }: ReadOptions = {},
): AsyncGenerator<readonly [K, V]> {
  const source = new GrowingBytes(pieces);
  const next = async <T>(read: (from: MessageReader) => T): Promise<T> => {
    for (;;) {
      const reader = new MessageReader(source.bytes, texts);
      try {
        const value = read(reader);
        source.drop(reader.at);
        return value;
      } catch (error) {
        if (!isTruncation(error) || !(await source.grow())) throw readFault(error, name);
      }
    }
  };
  const count = await next((from) => from.mapHead({ streamed: true }));
  for (let index = 0; index < count; index += 1) {
    const entry = await next((from) => codec.readEntry(from));
    if (entry !== undefined) yield entry;
  }
  if (source.bytes.length > 0 || (await source.grow()))
    throw fault('MPY303', { what: `bytes follow the end of '${name}'` });
}

/** Bytes that are there but not read yet. Each growth at least doubles them, so that nothing is read again too often. */
class GrowingBytes {
  bytes: Uint8Array = new Uint8Array();
  readonly #pieces: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;

  constructor(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#pieces =
      Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  }

  drop(count: number): void {
    this.bytes = this.bytes.subarray(count);
  }

  /** False at the end. */
  async grow(): Promise<boolean> {
    const more: Uint8Array[] = [this.bytes];
    let length = this.bytes.length;
    while (length < 2 * this.bytes.length || length === this.bytes.length) {
      const next = await this.#pieces.next();
      if (next.done === true) break;
      more.push(next.value);
      length += next.value.length;
    }
    if (length === this.bytes.length) return false;
    this.bytes = Buffer.concat(more);
    return true;
  }
}

const headOf = (kind: ResourceKind): Uint8Array => {
  const name = new TextEncoder().encode(kind);
  return Uint8Array.from([
    ...mark,
    headVersion,
    ...Buffer.from(fingerprint(resourceCodecs[kind].schema), 'hex'),
    name.length,
    ...name,
  ]);
};

/** The whole datafile of one kind. Equal values give equal bytes. Throws MPY304. */
export function encodeDatafile<K extends ResourceKind>(kind: K, value: ResourceTypes[K]): Uint8Array {
  const codec = resourceCodecs[kind] as unknown as MapCodec<unknown, unknown>;
  const { rows, blocks } = packBlocks(codec, value as ReadonlyMap<unknown, unknown>);
  const index = encodeMessage(rowsOf(kind) as Codec<unknown>, rows);
  const head = packHead(Buffer.concat([headOf(kind), index]), blocks);
  return Buffer.concat([head, ...blocks]);
}

const rowsOf = (kind: ResourceKind): typeof textRows | typeof hashRows =>
  resourceCodecs[kind].key.schema === 'str' ? textRows : hashRows;

/** A datafile that was looked at but not read. */
export interface OpenedDatafile {
  /** Its entries in one or more pieces. */
  readonly sections: readonly Section<unknown>[];
  /** Written by the original: without head. */
  readonly original: boolean;
}

/**
 * Looks at the head of a datafile, and unpacks the original's, which have none. Throws MPY300 and MPY303 for a file that is not as
 * long as it says, MPY306, MPY307 and MPY308.
 */
export function openDatafile(kind: ResourceKind, file: Uint8Array): OpenedDatafile {
  const head = headLength(file);
  if (head === undefined) {
    const bytes = unpack(file, `a datafile of '${kind}'`, maxBytes);
    return { original: true, sections: [{ keys: undefined, bytes: () => bytes, size: bytes.length }] };
  }
  const bytes = unpack(file.subarray(0, head), `the head of '${kind}'`, maxBytes);
  if (!mark.every((byte, index) => bytes[index] === byte) || bytes.length < fixedHead)
    throw fault('MPY307', { what: `a datafile of '${kind}' has a head that is not known` });
  checkHead(kind, bytes);
  const rows: readonly BlockRow<unknown>[] = decodeMessage(
    rowsOf(kind) as Codec<readonly BlockRow<unknown>[]>,
    bytes.subarray(fixedHead + (bytes[fixedHead - 1] as number)),
    { name: `blocks of ${kind}` },
  );
  return { original: false, sections: sectionsOf(rows, { file, head, name: kind }) };
}

function checkHead(kind: ResourceKind, bytes: Uint8Array): void {
  const version = bytes[4];
  if (version !== headVersion)
    throw fault('MPY307', { what: `a datafile has a head of version ${version}, known is ${headVersion}` });
  const found = Buffer.from(bytes.subarray(fixedHead, fixedHead + (bytes[13] as number))).toString('utf8');
  if (found !== kind)
    throw fault('MPY307', { what: `a datafile of '${found}' stands where '${kind}' belongs` });
  const written = Buffer.from(bytes.subarray(5, 13)).toString('hex');
  const ours = fingerprint(resourceCodecs[kind].schema);
  if (written !== ours)
    throw fault('MPY306', {
      what: `a datafile of '${kind}' has the schema ${written}, that of today is ${ours}`,
    });
}

/**
 * All that a datafile holds. Of the original's files those of `SymbolGraph`, `PopularSignatures` and `SymbolCounts` are read.
 * Throws MPY300 to MPY309.
 */
export function decodeDatafile<K extends ResourceKind>(
  kind: K,
  file: Uint8Array,
  texts?: InternTable,
): ResourceTypes[K] {
  return decodeOpened(kind, openDatafile(kind, file), texts);
}

/** The same for a file that is opened. */
export function decodeOpened<K extends ResourceKind>(
  kind: K,
  { sections, original }: OpenedDatafile,
  texts?: InternTable,
): ResourceTypes[K] {
  const body = Buffer.concat(sections.map((section) => section.bytes()));
  if (original && kind === 'SymbolCounts') return readCountLines(body) as ResourceTypes[K];
  if (original && kind !== 'SymbolGraph' && kind !== 'PopularSignatures')
    throw fault('MPY309', { what: `a datafile of '${kind}' has no head that is known` });
  const codec = resourceCodecs[kind] as unknown as Codec<ResourceTypes[K]>;
  return decodeMessage(codec, body, { name: kind, ...(texts ? { texts } : {}) });
}
