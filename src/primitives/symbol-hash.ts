/**
 * A number of 53 bits for a symbol's name, the same on every machine: two mixes of 32 bits, of which one gives 21. Sets of a
 * million symbols have two with one number once in ten thousand times, and such a pair costs a rebuild too many.
 */
export function symbolHash(name: string): number {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (let at = 0; at < name.length; at += 1) {
    const unit = name.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b + unit, 0xcc9e2d51);
    b ^= b >>> 15;
  }
  a = mix(a ^ name.length);
  b = mix(b ^ a);
  return (b >>> 11) * 0x1_0000_0000 + (a >>> 0);
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** Hashes of a set of symbols, in ascending order. */
export type SymbolHashes = Float64Array;

/** Whether a set has a symbol: O(log n). */
export function hasSymbol(set: SymbolHashes, hash: number): boolean {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((set[middle] as number) < hash) low = middle + 1;
    else high = middle;
  }
  return set[low] === hash;
}

/** The plain name of a symbol that may carry a version: `name@VERSION` gives `name`. */
export function plainSymbol(symbol: string): string {
  const at = symbol.indexOf('@');
  return at < 0 ? symbol : symbol.slice(0, at);
}
