import { fault } from '../../diagnostics/index.ts';
import { compareBytes } from '../../primitives/index.ts';
import { blockSize, isZeroBlock } from './tar-header.ts';

/** Longest extended header that is taken; the system keeps less of one file. */
const mostRecordBytes = 16 * 1024 * 1024;

const nothing: Uint8Array = new Uint8Array(0);

const padded = (sizeBytes: number): number => Math.ceil(sizeBytes / blockSize) * blockSize;

/** Records `LENGTH KEY=VALUE` as they are, without looking at their values, which may be any bytes. */
function recordsOf(body: Uint8Array, archive: string): readonly Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let at = 0; at < body.byteLength; ) {
    const space = body.indexOf(32, at);
    const length = space < 0 ? 0 : Number(Buffer.from(body.subarray(at, space)).toString('latin1'));
    if (!Number.isSafeInteger(length) || length <= space - at || at + length > body.byteLength) {
      throw fault('FMT023', {
        what: 'a record of a pax header has a wrong length',
        place: { file: archive },
      });
    }
    records.push(body.subarray(at, at + length));
    at += length;
  }
  return records;
}

const keyOf = (record: Uint8Array): Uint8Array =>
  record.subarray(record.indexOf(32) + 1, record.indexOf(61, record.indexOf(32)));

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** A size field: octal digits, or GNU's base 256. */
function sizeField(block: Uint8Array): number {
  const field = block.subarray(124, 136);
  if (((field[0] ?? 0) & 0x80) === 0) return Number.parseInt(textOf(field), 8) || 0;
  return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
}

/** Kinds of members with a body; links, devices and folders have none, whatever their size says. */
const hasBody = (flag: number): boolean => flag === 0 || !'123456'.includes(String.fromCharCode(flag));

const isAttribute = (key: string): boolean => key.startsWith('SCHILY.xattr.');

/**
 * Puts the records of extended attributes of each member (POSIX pax, `SCHILY.xattr.*`) in the order of their keys, in a tar that
 * passes by in pieces. Programs write them as the file system lists them, which says in which order they were set and not what
 * they are. Every other byte stays as it is, and so does the length: a tar whose members have one attribute at most comes out as
 * it went in.
 */
export class TarRecordSorter {
  readonly #archive: string;
  /** Bytes of a header that is not here as a whole. */
  #held: Uint8Array = nothing;
  /** Bytes of a body and its padding that are still to pass. */
  #bodyBytes = 0;
  /** Size of the next member when its extended header tells it. */
  #toldBytes: number | undefined;
  #isOver = false;
  /** Members so far. */
  members = 0;

  constructor(archive: string) {
    this.#archive = archive;
  }

  /** What may be passed on of all that has come; the piece may be changed. Throws FMT023 for damaged records. */
  push(piece: Uint8Array): Uint8Array {
    const bytes = this.#held.byteLength > 0 ? Buffer.concat([this.#held, piece]) : piece;
    let at = 0;
    while (at < bytes.byteLength) {
      if (this.#isOver) at = bytes.byteLength;
      else if (this.#bodyBytes > 0) {
        const step = Math.min(this.#bodyBytes, bytes.byteLength - at);
        this.#bodyBytes -= step;
        at += step;
      } else {
        const taken = this.#header(bytes.subarray(at));
        if (taken === 0) break;
        at += taken;
      }
    }
    this.#held = Uint8Array.from(bytes.subarray(at));
    return bytes.subarray(0, at);
  }

  /** Says that all has come. Throws FMT020 when the archive does not end. */
  end(): void {
    if (this.#isOver && this.#held.byteLength === 0) return;
    throw fault('FMT020', { what: 'the archive is cut off', place: { file: this.#archive } });
  }

  /** Takes the header at the start of some bytes; returns its length, and 0 when it is not here as a whole. */
  #header(bytes: Uint8Array): number {
    if (bytes.byteLength < blockSize) return 0;
    const block = bytes.subarray(0, blockSize);
    const flag = block[156] ?? 0;
    if (isZeroBlock(block)) this.#isOver = true;
    else if (flag === 'x'.charCodeAt(0)) return this.#records(bytes);
    else {
      this.#bodyBytes = hasBody(flag) ? padded(this.#toldBytes ?? sizeField(block)) : 0;
      this.#toldBytes = undefined;
      this.members += 1;
    }
    return blockSize;
  }

  #records(bytes: Uint8Array): number {
    const sizeBytes = sizeField(bytes);
    if (sizeBytes > mostRecordBytes) {
      throw fault('FMT023', { what: 'a pax header is too long', place: { file: this.#archive } });
    }
    const end = blockSize + padded(sizeBytes);
    if (bytes.byteLength < end) return 0;
    const body = bytes.subarray(blockSize, blockSize + sizeBytes);
    const records = recordsOf(body, this.#archive).map((record) => ({ record, key: textOf(keyOf(record)) }));
    const size = records.find(({ key }) => key === 'size')?.record;
    if (size) this.#toldBytes = Number(textOf(size.subarray(size.indexOf(61) + 1)));
    const attributes = records
      .filter(({ key }) => isAttribute(key))
      .sort((a, b) => compareBytes(a.key, b.key))
      .values();
    const ordered = records.map((one) => (isAttribute(one.key) ? attributes.next().value : one) ?? one);
    body.set(Buffer.concat(ordered.map(({ record }) => record)));
    return end;
  }
}
