import { randomBytes } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SingleZstdFrame, zstdFrames } from '../../src/formats/archives/index.ts';

function isOneFrame(bytes: Uint8Array, pieceBytes: number): boolean {
  const frame = new SingleZstdFrame();
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) frame.push(bytes.subarray(at, at + pieceBytes));
  return frame.finish();
}

describe('a single zstd frame', () => {
  it('is told from several ones and from broken ones as the whole data is', () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }),
      fc.nat(300_000).map((length) => Buffer.alloc(length, 'a')),
      fc.nat(200_000).map((length) => randomBytes(length)),
    );
    const frame = fc
      .tuple(content, fc.boolean())
      .map(([bytes, isChecked]) =>
        zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: isChecked ? 1 : 0 } }),
      );
    const property = fc.property(
      fc.array(frame, { maxLength: 3 }),
      fc.integer({ min: 1, max: 5000 }),
      fc.option(fc.tuple(fc.nat(), fc.nat(255)), { nil: undefined }),
      fc.nat(3),
      (frames, pieceBytes, change, cut) => {
        const bytes = Buffer.concat(frames);
        if (change && bytes.length > 0) bytes[change[0] % bytes.length] = change[1];
        const data = bytes.subarray(0, Math.max(0, bytes.length - cut));
        const found = zstdFrames(data);
        // Skippable frames are no part of what packmill writes, and count as damage here.
        const isOne = found?.length === 1 && found[0]?.byteLength === data.byteLength;
        expect(isOneFrame(data, pieceBytes)).toBe(isOne);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});
