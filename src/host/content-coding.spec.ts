import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { UnpackTrouble, unpackBody } from './content-coding.ts';

/** A million packed nothings: much work of which no byte comes out. */
const nothings = (): Buffer => {
  const empty = gzipSync(Buffer.alloc(0));
  return Buffer.concat(Array.from({ length: 1_000_000 }, () => empty));
};

async function troubleOf(pieces: AsyncIterable<Uint8Array>): Promise<unknown> {
  try {
    for await (const piece of pieces) expect(piece.byteLength).toBe(0);
  } catch (error) {
    return error;
  }
  return undefined;
}

it('gives a body up that takes too long to unpack, or that nobody waits for any more', async () => {
  const body = nothings();
  const limits = { maxBytes: 1_000, timeoutMs: 1 };
  const slow = await troubleOf(unpackBody(body, 'gzip', limits));
  expect(slow).toBeInstanceOf(UnpackTrouble);
  expect(slow).toMatchObject({ kind: 'slow' });
  const stop = new AbortController();
  setImmediate(() => stop.abort());
  const left = await troubleOf(
    unpackBody(body, 'gzip', { ...limits, timeoutMs: 600_000, signal: stop.signal }),
  );
  expect(left).toMatchObject({ kind: 'stopped' });
});

it('does not count the time that the reader takes between two pieces', async () => {
  const body = gzipSync(Buffer.alloc(200_000, 'x'));
  let bytes = 0;
  for await (const piece of unpackBody(body, 'gzip', { maxBytes: 1, timeoutMs: 2_000 })) {
    if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 2_500));
    bytes += piece.byteLength;
  }
  expect(bytes).toBe(200_000);
});
