import { expect, it } from 'vitest';
import { xzCodec } from './xz.ts';

it('gives back what it was given', () => {
  const bytes = Buffer.from('a database '.repeat(1000));
  const packed = xzCodec.compress(bytes);
  expect(packed.byteLength).toBeLessThan(bytes.byteLength);
  expect(Buffer.compare(xzCodec.decompress(packed), bytes)).toBe(0);
});

it('says what xz says of damaged data', () => {
  expect(() => xzCodec.decompress(Buffer.from('no xz'))).toThrow(/'xz' ends with 1/);
});
