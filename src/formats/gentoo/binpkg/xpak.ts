import { fault } from '../../../diagnostics/index.ts';
import { compareBytes } from '../../../primitives/index.ts';

/** Values by name; names may contain slashes. */
export type XpakRecords = ReadonlyMap<string, Uint8Array>;

/** Where the metadata of a package file begins and how long it is, without the words that end the file. */
export interface XpakPlace {
  /** Also the number of bytes of the compressed tar in front. */
  readonly offset: number;
  readonly sizeBytes: number;
}

/** What `findXpak` wants to see of the end of a file. */
export const xpakTailBytes = 16;

const frameBytes = 24;

const wrong = (file: string, words: string): Error =>
  fault('EBN001', { what: `the package ${words}`, place: { file } });

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Finds the metadata by the last bytes of a file (specification 2.7).
 * @param tail the last `xpakTailBytes`
 * @throws EBN001 when the end is not that of a package
 */
export function findXpak(tail: Uint8Array, fileBytes: number, file: string): XpakPlace {
  const bytes = view(tail);
  const isWhole =
    bytes.byteLength === xpakTailBytes &&
    bytes.toString('latin1', 0, 8) === 'XPAKSTOP' &&
    bytes.toString('latin1', 12) === 'STOP';
  if (!isWhole) throw wrong(file, 'does not end like one');
  const sizeBytes = bytes.readUInt32BE(8);
  const offset = fileBytes - sizeBytes - 8;
  if (sizeBytes < frameBytes || offset < 0) throw wrong(file, 'has a wrong length of its metadata');
  return { offset, sizeBytes };
}

/** Whether a name, when its `.` and `..` are resolved, stays below the folder it is written to. */
function staysInside(name: string): boolean {
  if (name.startsWith('/')) return false;
  let depth = 0;
  for (const part of name.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return false;
  }
  return depth > 0;
}

/**
 * Reads the metadata. Records whose names lead outside are left out.
 * @param block the bytes that `findXpak` names
 * @throws EBN001 when lengths do not fit
 */
export function readXpak(block: Uint8Array, file: string): XpakRecords {
  const bytes = view(block);
  const total = bytes.byteLength;
  if (total < frameBytes || bytes.toString('latin1', 0, 8) !== 'XPAKPACK')
    throw wrong(file, 'has no metadata at the place that its end names');
  const indexBytes = bytes.readUInt32BE(8);
  const dataBytes = bytes.readUInt32BE(12);
  if (frameBytes + indexBytes + dataBytes !== total) throw wrong(file, 'has a wrong length in its metadata');
  const index = bytes.subarray(16, 16 + indexBytes);
  const data = bytes.subarray(16 + indexBytes, 16 + indexBytes + dataBytes);
  const records = new Map<string, Uint8Array>();
  let valueBytes = 0;
  for (let at = 0; at < index.byteLength; ) {
    const nameBytes = at + 4 <= index.byteLength ? index.readUInt32BE(at) : total;
    const end = at + 4 + nameBytes + 8;
    if (end > index.byteLength) throw wrong(file, 'has a metadata index that is cut off');
    const name = index.toString('utf8', at + 4, at + 4 + nameBytes);
    const offset = index.readUInt32BE(end - 8);
    const length = index.readUInt32BE(end - 4);
    if (offset + length > data.byteLength)
      throw wrong(file, `has a value of '${name}' outside of its metadata`);
    valueBytes += length;
    // what is counted many times over would be kept many times over
    if (valueBytes > data.byteLength) throw wrong(file, 'has values in its metadata that lie in one another');
    if (staysInside(name)) records.set(name, data.subarray(offset, offset + length));
    at = end;
  }
  return records;
}

/** The metadata and everything behind it to the end of a file; to be put behind the compressed tar. `CONTENTS` is left out. */
export function printXpak(records: XpakRecords): Uint8Array {
  const index: Buffer[] = [];
  const data: Uint8Array[] = [];
  let offset = 0;
  const names = [...records.keys()].filter((name) => name !== 'CONTENTS').sort(compareBytes);
  for (const name of names) {
    const value = records.get(name) ?? new Uint8Array(0);
    const text = Buffer.from(name);
    index.push(bigEndian(text.byteLength), text, bigEndian(offset, value.byteLength));
    data.push(value);
    offset += value.byteLength;
  }
  const indexBytes = index.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return Buffer.concat([
    Buffer.from('XPAKPACK'),
    bigEndian(indexBytes, offset),
    ...index,
    ...data,
    Buffer.from('XPAKSTOP'),
    bigEndian(frameBytes + indexBytes + offset),
    Buffer.from('STOP'),
  ]);
}

function bigEndian(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [at, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * at);
  return bytes;
}
