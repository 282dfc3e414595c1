/**
 * How many bytes from the start end with a whole UTF-8 character; what follows is the beginning of one that is not
 * complete yet (at most three bytes). Bytes that are no UTF-8 are not held back.
 */
export function characterEnd(bytes: Uint8Array): number {
  const size = bytes.byteLength;
  for (let back = 1; back <= Math.min(3, size); back += 1) {
    const byte = bytes[size - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 && byte < 0xf8 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return byte < 0xf8 && length > back ? size - back : size;
  }
  return size;
}
