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
  /** The names, deflated. */
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
    names: deflateRawSync(text, { level: 3 }),
  };
}

/** The names of an encoded set, sorted. */
export function decodeSymbolNames(names: Uint8Array): readonly string[] {
  const text = inflateRawSync(names).toString('utf8');
  return text === '' ? [] : text.split('\n');
}

/** The hashes of an encoded set. */
export function decodeSymbolHashes(hashes: Uint8Array): SymbolHashes {
  // a view needs an address that is divided by eight, which bytes of a database do not have
  const copy = hashes.byteOffset % 8 === 0 ? hashes : Uint8Array.from(hashes);
  return new Float64Array(copy.buffer, copy.byteOffset, copy.byteLength / 8);
}
