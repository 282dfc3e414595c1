import { expect, it } from 'vitest';
import { hashText, statedDigest } from './checksum-file.ts';

it('9.7: a checksum file holds one SHA-256', () => {
  const digest = 'ab'.repeat(32);
  expect(statedDigest(hashText(digest))).toBe(digest);
  expect([undefined, '', digest, `md5 ${digest}`, `sha256 ${digest}0`].map(statedDigest)).toEqual(
    Array(5).fill(undefined),
  );
  expect(statedDigest(`md5 ${'0'.repeat(32)}\n${hashText(digest)}`)).toBe(digest);
});
