import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasSymbol, symbolHash } from '../../primitives/index.ts';
import { decodeSymbolHashes, decodeSymbolNames, encodeSymbolSet } from './symbol-set.ts';

const names = fc.uniqueArray(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_@.$]{0,30}$/), { maxLength: 60 });

it('gives names and hashes back, whatever their order was and how often each stood there', () => {
  fc.assert(
    fc.property(names, (some) => {
      const set = encodeSymbolSet([...some].reverse().concat(some));
      expect(decodeSymbolNames(set.names)).toEqual([...some].sort());
      expect(set).toMatchObject({ count: some.length, digest: encodeSymbolSet(some).digest });
      const shifted = new Uint8Array(set.hashes.byteLength + 1);
      shifted.set(set.hashes, 1);
      const hashes = decodeSymbolHashes(shifted.subarray(1));
      expect([...hashes]).toEqual([...hashes].sort((a, b) => a - b));
      for (const name of some) expect(hasSymbol(hashes, symbolHash(name))).toBe(true);
      expect(hasSymbol(hashes, symbolHash('no such symbol'))).toBe(false);
    }),
  );
});

it('tells apart a hundred thousand names like those of libraries', () => {
  const hashes = new Set<number>();
  for (let n = 0; n < 25_000; n += 1)
    for (const end of ['v', 'i', 'Pc', 'RKS_b']) hashes.add(symbolHash(`_ZN3lib4call${n}E${end}`));
  expect(hashes.size).toBe(100_000);
});
