const newline = 0x0a;

/** Bytes a UTF-8 sequence has that begins with this one; 1 for whatever begins none. */
function sequenceLength(lead: number): number {
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xc2 && lead < 0xe0 ? 2 : 1;
}

/** How many of the bytes to take so that no UTF-8 sequence at their end is cut; at most three stay behind. */
export function wholeCharacters(bytes: Uint8Array): number {
  const { byteLength } = bytes;
  for (let back = 1; back <= Math.min(3, byteLength); back += 1) {
    const byte = bytes[byteLength - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    return sequenceLength(byte) > back ? byteLength - back : byteLength;
  }
  return byteLength;
}

/**
 * How many bytes to take of a piece that is followed by more: up to the last newline of its second half, else up to a
 * whole character. Never 0 for more than three bytes.
 */
export function fullPieceEnd(bytes: Uint8Array): number {
  const lineEnd = bytes.lastIndexOf(newline) + 1;
  return lineEnd * 2 > bytes.byteLength ? lineEnd : wholeCharacters(bytes);
}
