/**
 * Takes zstd data apart into its frames (RFC 8878, section 3.1), without unpacking them; undefined when the data is
 * damaged or cut off. Skippable frames are left out. Needed because Node.js stops after the first frame.
 */
export function zstdFrames(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.byteLength) {
    if (at + 8 > bytes.byteLength) return undefined;
    const magic = view.getUint32(at, true);
    if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50) {
      at += 8 + view.getUint32(at + 4, true);
      if (at > bytes.byteLength) return undefined;
      continue;
    }
    const end = magic === 0xfd2fb528 ? endOfFrame(view, at) : undefined;
    if (end === undefined) return undefined;
    frames.push(bytes.subarray(at, end));
    at = end;
  }
  return frames;
}

/** Walks over the blocks of the frame at `start`. */
function endOfFrame(view: DataView, start: number): number | undefined {
  const descriptor = view.getUint8(start + 4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeFlag = descriptor >> 6;
  const contentSizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag;
  let at = start + 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes;
  for (;;) {
    if (at + 3 > view.byteLength) return undefined;
    const header = view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getUint8(at + 2) << 16);
    const kind = (header >> 1) & 3;
    if (kind === 3) return undefined;
    // A run-length block holds one byte, whatever it unpacks to.
    at += 3 + (kind === 1 ? 1 : header >>> 3);
    if ((header & 1) === 0) continue;
    if (hasChecksum) at += 4;
    return at <= view.byteLength ? at : undefined;
  }
}
