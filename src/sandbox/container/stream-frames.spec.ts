import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameReader, type StreamName } from './stream-frames.ts';

const frame = (stream: number, payload: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(8 + payload.byteLength);
  bytes[0] = stream;
  new DataView(bytes.buffer).setUint32(4, payload.byteLength);
  bytes.set(payload, 8);
  return bytes;
};

it('frames give the same bytes of each stream in the same order, however they are cut', () => {
  const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 40 })));
  fc.assert(
    fc.property(frames, fc.array(fc.nat(17)), (list, cuts) => {
      const bytes = Buffer.concat(list.map(([stream, payload]) => frame(stream, payload)));
      const taken: [StreamName, number][] = [];
      const reader = new FrameReader((stream, payload) => {
        for (const byte of payload) taken.push([stream, byte]);
      });
      let at = 0;
      for (const cut of cuts) {
        reader.push(bytes.subarray(at, at + cut));
        at += cut;
      }
      reader.push(bytes.subarray(at));
      const wanted = list.flatMap(([stream, payload]) =>
        [...payload].map((byte): [StreamName, number] => [stream === 2 ? 'stderr' : 'stdout', byte]),
      );
      expect(taken).toEqual(wanted);
      expect(reader.isWhole).toBe(true);
    }),
  );
});

it('a stream that ends within a frame, or is none, is not whole', () => {
  const bytes = frame(1, new Uint8Array(5));
  for (let length = 1; length < bytes.byteLength; length += 1) {
    const reader = new FrameReader(() => {});
    reader.push(bytes.subarray(0, length));
    expect(reader.isWhole).toBe(false);
  }
  const taken: Uint8Array[] = [];
  const reader = new FrameReader((_, payload) => taken.push(payload));
  reader.push(Buffer.from('no frames at all, but text'));
  expect([reader.isWhole, taken]).toEqual([false, []]);
});
