import { ReadTrouble } from './read-trouble.ts';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text in these bytes. Throws MPY305, as a trouble of reading, for what is not UTF-8. */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start < 24) {
    let text = '';
    for (let index = start; index < end; index += 1) {
      const byte = bytes[index] as number;
      if (byte > 0x7f) return decodeStrictly(bytes, start, end);
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return decodeStrictly(bytes, start, end);
}

function decodeStrictly(bytes: Uint8Array, start: number, end: number): string {
  try {
    return strictUtf8.decode(bytes.subarray(start, end));
  } catch {
    throw new ReadTrouble('MPY305', 'a text is not UTF-8');
  }
}
