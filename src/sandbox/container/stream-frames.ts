/** Which of a command's streams bytes come from. */
export type StreamName = 'stdout' | 'stderr';

const headerBytes = 8;

/**
 * Takes the engine's stream of a command without a terminal apart: frames with a header of eight bytes, first the
 * number of the stream (1 and 2 are output and errors), three zeros, and the length as a big-endian number. Payload
 * is handed on as it arrives, however the pieces are cut.
 */
export class FrameReader {
  readonly #take: (stream: StreamName, bytes: Uint8Array) => void;
  #header = new Uint8Array(headerBytes);
  #headerFilled = 0;
  #left = 0;
  #stream: StreamName = 'stdout';
  #damaged = false;

  constructor(take: (stream: StreamName, bytes: Uint8Array) => void) {
    this.#take = take;
  }

  /** Whether everything so far was whole frames of the known form. */
  get isWhole(): boolean {
    return !this.#damaged && this.#headerFilled === 0 && this.#left === 0;
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.byteLength && !this.#damaged) {
      if (this.#left > 0) {
        const payload = bytes.subarray(at, at + this.#left);
        at += payload.byteLength;
        this.#left -= payload.byteLength;
        this.#take(this.#stream, payload);
        continue;
      }
      const piece = bytes.subarray(at, at + headerBytes - this.#headerFilled);
      this.#header.set(piece, this.#headerFilled);
      at += piece.byteLength;
      this.#headerFilled += piece.byteLength;
      if (this.#headerFilled === headerBytes) this.#begin();
    }
  }

  #begin(): void {
    const view = new DataView(this.#header.buffer);
    const [number, ...zeros] = this.#header.subarray(0, 4);
    this.#headerFilled = 0;
    if (number === undefined || number > 2 || zeros.some((byte) => byte !== 0)) {
      this.#damaged = true;
      return;
    }
    this.#stream = number === 2 ? 'stderr' : 'stdout';
    this.#left = view.getUint32(4);
  }
}
