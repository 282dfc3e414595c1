import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { characterEnd } from './character-end.ts';

describe('the end of the last whole character', () => {
  it('lets any text be cut anywhere and put together again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(40)), (text, cuts) => {
        const whole = new TextEncoder().encode(text.toWellFormed());
        let held = new Uint8Array();
        let out = '';
        let at = 0;
        for (const cut of [...cuts, whole.byteLength]) {
          const bytes = Uint8Array.from([...held, ...whole.subarray(at, at + cut)]);
          at = Math.min(whole.byteLength, at + cut);
          const end = characterEnd(bytes);
          expect(bytes.byteLength - end).toBeLessThan(4);
          out += new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, end));
          held = bytes.slice(end);
        }
        expect(held.byteLength).toBe(0);
        expect(out).toBe(text.toWellFormed());
      }),
    );
  });
  it('holds back nothing of bytes that are no text', () => {
    expect(characterEnd(Uint8Array.of(0x61, 0xff))).toBe(2);
    expect(characterEnd(Uint8Array.of(0x80, 0x80, 0x80, 0x80))).toBe(4);
    expect(characterEnd(new Uint8Array())).toBe(0);
  });
});
