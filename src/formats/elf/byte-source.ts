/** Bytes of a file of which perhaps only parts are at hand. */
export interface ByteSource {
  /** `size` bytes from `offset`, or undefined when they are not all there. */
  slice(offset: number, size: number): Uint8Array | undefined;
}

/** A file that is in memory as a whole. */
export function wholeBytes(bytes: Uint8Array): ByteSource {
  return {
    slice: (offset, size) =>
      offset + size <= bytes.byteLength ? bytes.subarray(offset, offset + size) : undefined,
  };
}
