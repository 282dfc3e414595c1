import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullPieceEnd, wholeCharacters } from './piece-end.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

describe('the end of a piece', () => {
  it('cuts no character of any text, and keeps back three bytes at most', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), (text, seed) => {
        const whole = Buffer.from(text.toWellFormed());
        const bytes = whole.subarray(0, seed % (whole.byteLength + 1));
        const end = wholeCharacters(bytes);
        expect(bytes.byteLength - end).toBeLessThanOrEqual(3);
        expect(() => decoder.decode(bytes.subarray(0, end))).not.toThrow();
      }),
    );
  });

  it('takes bytes that are no text as they are', () => {
    for (const bytes of [[0xff], [0x80, 0x80, 0x80, 0x80], [0xc0], [0xf5, 0x80], [0x61, 0xbf]])
      expect(wholeCharacters(Uint8Array.from(bytes))).toBe(bytes.length);
    expect(wholeCharacters(Uint8Array.from([0x61, 0xf0, 0x9f, 0x98]))).toBe(1);
    expect(wholeCharacters(Uint8Array.from([0xe2, 0x82]))).toBe(0);
  });

  it('prefers the end of a line in the second half of a full piece', () => {
    const end = (text: string): string => text.slice(0, fullPieceEnd(Buffer.from(text)));
    expect(end('first line\nsecond')).toBe('first line\n');
    expect(end('a\nsecond line')).toBe('a\nsecond line');
    expect(end('no end')).toBe('no end');
  });
});
