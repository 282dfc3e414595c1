import { fault } from '../../diagnostics/index.ts';
import { applyPax, decodePax, type PaxRecords } from './pax-header.ts';
import { blockSize, decodeHeader, decodeText, isZeroBlock, type TarEntry } from './tar-header.ts';

/** Extended headers are held in memory; real ones have a few hundred bytes. */
const extendedLimitBytes = 1 << 20;

/** An entry of an archive in memory. */
export interface TarFile extends TarEntry {
  /** A view into the archive, not a copy. */
  readonly body: Uint8Array;
}

/** An entry of an archive that streams by. */
export interface TarStreamEntry extends TarEntry {
  /** The header blocks as they stand in the archive, extended ones included. */
  readonly rawHeader: Uint8Array;
  /** The bytes of the file in pieces; to be read at most once and before the next entry is asked for, or not at all. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** What the extended headers in front of an entry say. */
export class ExtendedHeaders {
  #global: PaxRecords = new Map();
  #local = new Map<string, string>();
  readonly #archive: string;
  constructor(archive: string) {
    this.#archive = archive;
  }

  add(flag: string, body: Uint8Array): void {
    if (flag === 'L') this.#local.set('path', decodeText(body));
    else if (flag === 'K') this.#local.set('linkpath', decodeText(body));
    else if (flag === 'g') this.#global = new Map([...this.#global, ...decodePax(body, this.#archive)]);
    else if (flag === 'x')
      for (const [key, value] of decodePax(body, this.#archive)) this.#local.set(key, value);
  }

  apply(entry: TarEntry): TarEntry {
    const records = this.#global.size ? new Map([...this.#global, ...this.#local]) : this.#local;
    this.#local = new Map();
    return records.size ? applyPax(entry, records, this.#archive) : entry;
  }
}

/** Flags of headers that only describe the next entry (`A` is Solaris' access list; its content is left out). */
export const isExtended = (flag: string): boolean => 'xgLKA'.includes(flag);
export const padded = (size: number): number => Math.ceil(size / blockSize) * blockSize;

export const extendedSize = (block: Uint8Array, archive: string): number => {
  const text = decodeText(block.subarray(124, 136)).trim();
  const size = /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : 0;
  if (size <= extendedLimitBytes) return size;
  throw fault('FMT023', { what: `an extended header has ${size} bytes`, place: { file: archive } });
};

export const tooShort = (archive: string) =>
  fault('FMT020', { what: 'the archive ends too early', place: { file: archive } });

/**
 * The entries of an archive in memory, in order (ustar, pax, GNU long names). The end is two zero blocks or the end
 * of the bytes; what follows the end is not looked at.
 * @param archive the name that problems carry
 * @throws FMT020 to FMT023
 */
export function* readTarBytes(bytes: Uint8Array, archive: string): Generator<TarFile> {
  const extended = new ExtendedHeaders(archive);
  let at = 0;
  let isAnnounced = false;
  while (at < bytes.byteLength) {
    if (at + blockSize > bytes.byteLength) throw tooShort(archive);
    const block = bytes.subarray(at, at + blockSize);
    at += blockSize;
    if (isZeroBlock(block)) return;
    const header = decodeHeader(block, archive);
    const isHelper = isExtended(header.flag);
    const entry = isHelper ? header.entry : extended.apply(header.entry);
    const size = isHelper ? extendedSize(block, archive) : entry.sizeBytes;
    if (at + size > bytes.byteLength) throw tooShort(archive);
    const body = bytes.subarray(at, at + size);
    at += padded(size);
    if (isHelper) extended.add(header.flag, body);
    else yield { ...entry, body };
    isAnnounced = isHelper;
  }
  // An extended header describes an entry that never came.
  if (isAnnounced) throw tooShort(archive);
}

/** Hands out a stream of pieces in the portions that are asked for. */
class PieceReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);
  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#source = pieces[Symbol.asyncIterator]();
  }

  /** Between 1 and `most` bytes, or undefined at the end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.#rest.byteLength === 0) {
      const next = await this.#source.next();
      if (next.done) return undefined;
      this.#rest = next.value;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.byteLength);
    return piece;
  }

  /** Exactly `count` bytes, or as many as there are when the stream ends before. */
  async exactly(count: number): Promise<Uint8Array> {
    if (this.#rest.byteLength >= count) {
      const piece = this.#rest.subarray(0, count);
      this.#rest = this.#rest.subarray(count);
      return piece;
    }
    const parts: Uint8Array[] = [];
    let missing = count;
    while (missing > 0) {
      const piece = await this.some(missing);
      if (!piece) break;
      parts.push(piece);
      missing -= piece.byteLength;
    }
    return Buffer.concat(parts);
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }
}

/** The body of the entry that is being read; knows how much of it is left. */
class BodyReader {
  readonly #reader: PieceReader;
  readonly #archive: string;
  #left: number;
  readonly #padding: number;
  constructor(reader: PieceReader, sizeBytes: number, archive: string) {
    this.#reader = reader;
    this.#left = sizeBytes;
    this.#padding = padded(sizeBytes) - sizeBytes;
    this.#archive = archive;
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    while (this.#left > 0) {
      const piece = await this.#reader.some(this.#left);
      if (!piece) throw tooShort(this.#archive);
      this.#left -= piece.byteLength;
      yield piece;
    }
  }

  /** Leaves out what was not read, and the padding. */
  async finish(): Promise<void> {
    for await (const piece of this.pieces()) void piece;
    const padding = await this.#reader.exactly(this.#padding);
    // A missing padding of the last entry is a truncated archive for bsdtar too, but loses nothing.
    void padding;
  }
}

/**
 * The entries of an archive that arrives in pieces of any size, in order; holds one header in memory, never a body.
 * Leaving the loop early closes the source.
 * @param archive the name that problems carry
 * @throws FMT020 to FMT023, while iterating
 */
export async function* readTar(
  pieces: AsyncIterable<Uint8Array>,
  archive: string,
): AsyncGenerator<TarStreamEntry> {
  const reader = new PieceReader(pieces);
  const extended = new ExtendedHeaders(archive);
  let raw: Uint8Array[] = [];
  try {
    for (;;) {
      const block = await reader.exactly(blockSize);
      if (block.byteLength === 0 && raw.length === 0) return;
      if (block.byteLength < blockSize) throw tooShort(archive);
      if (isZeroBlock(block)) return;
      const header = decodeHeader(block, archive);
      raw.push(block);
      if (isExtended(header.flag)) {
        const size = extendedSize(block, archive);
        const body = await reader.exactly(padded(size));
        if (body.byteLength < size) throw tooShort(archive);
        raw.push(body);
        extended.add(header.flag, body.subarray(0, size));
        if (raw.length > 64)
          throw fault('FMT023', { what: 'an entry has too many extended headers', place: { file: archive } });
        continue;
      }
      const entry = extended.apply(header.entry);
      const body = new BodyReader(reader, entry.sizeBytes, archive);
      yield { ...entry, rawHeader: Buffer.concat(raw), body: body.pieces() };
      raw = [];
      await body.finish();
    }
  } finally {
    await reader.close();
  }
}
