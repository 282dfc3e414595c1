import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type SymbolHashes, symbolHash } from '../../primitives/index.ts';

/** A set of symbols as it is kept: the hashes to compare it quickly, the names to speak of it. */
export interface EncodedSymbolSet {
  /** SHA-256 of the names, lower-case hexadecimal: equal sets have equal ones. */
  readonly digest: string;
  readonly count: number;
  /** Eight bytes for each symbol, ascending. */
  readonly hashes: Uint8Array;
  /** The names: a byte that says how (0 as they are, 1 deflated), then the lines. */
  readonly names: Uint8Array;
}

/** Encodes a set of symbols; their order and repetitions do not count. */
export function encodeSymbolSet(symbols: Iterable<string>): EncodedSymbolSet {
  const names = [...new Set(symbols)].sort();
  const text = names.join('\n');
  const hashes = Float64Array.from(names, symbolHash).sort();
  return {
    digest: createHash('sha256').update(text).digest('hex'),
    count: names.length,
    hashes: new Uint8Array(hashes.buffer, hashes.byteOffset, hashes.byteLength),
    names: packNames(text),
  };
}

/** Most sets are small, and to begin a compression takes longer than it saves there. */
const plainBytes = 400;

function packNames(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  const isPlain = bytes.byteLength <= plainBytes;
  return Buffer.concat([Buffer.of(isPlain ? 0 : 1), isPlain ? bytes : deflateRawSync(bytes, { level: 1 })]);
}

/** The names of an encoded set, sorted. */
export function decodeSymbolNames(names: Uint8Array): readonly string[] {
  const packed = names.subarray(1);
  const text = (names[0] === 1 ? inflateRawSync(packed) : Buffer.from(packed)).toString('utf8');
  return text === '' ? [] : text.split('\n');
}

/** The hashes of an encoded set. */
export function decodeSymbolHashes(hashes: Uint8Array): SymbolHashes {
  // a view needs an address that is divided by eight, which bytes of a database do not have
  const copy = hashes.byteOffset % 8 === 0 ? hashes : Uint8Array.from(hashes);
  return new Float64Array(copy.buffer, copy.byteOffset, copy.byteLength / 8);
}
