/** Where the next bytes belong. */
type Part = 'magic' | 'descriptor' | 'header' | 'block-header' | 'block' | 'checksum' | 'end' | 'damaged';

/** Bytes that a part needs before it can be understood. */
const needs: Partial<Readonly<Record<Part, number>>> = { magic: 4, descriptor: 1, 'block-header': 3 };

/**
 * Looks over zstd data that streams by (RFC 8878, section 3.1) and says whether it is exactly one frame: bytes behind
 * the first frame are read by some programs and not by others, so that they would see different files.
 */
export class SingleZstdFrame {
  #part: Part = 'magic';
  #held = Buffer.alloc(0);
  /** Bytes that are only counted. */
  #skip = 0;
  #hasChecksum = false;
  #isLastBlock = false;

  push(piece: Uint8Array): void {
    let rest = piece;
    while (rest.byteLength > 0 && this.#part !== 'damaged') {
      if (this.#skip > 0) {
        const count = Math.min(this.#skip, rest.byteLength);
        this.#skip -= count;
        rest = rest.subarray(count);
        if (this.#skip === 0) this.#afterSkip();
        continue;
      }
      const wanted = needs[this.#part];
      // Nothing may follow the end.
      if (wanted === undefined) this.#part = 'damaged';
      else {
        const count = Math.min(wanted - this.#held.byteLength, rest.byteLength);
        this.#held = Buffer.concat([this.#held, rest.subarray(0, count)]);
        rest = rest.subarray(count);
        if (this.#held.byteLength === wanted) this.#take();
      }
    }
  }

  /** Whether all that was pushed is one whole frame. */
  finish(): boolean {
    return this.#part === 'end';
  }

  #take(): void {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    if (this.#part === 'magic') this.#part = held.readUInt32LE() === 0xfd2fb528 ? 'descriptor' : 'damaged';
    else if (this.#part === 'descriptor') this.#descriptor(held[0] ?? 0);
    else this.#blockHeader(held.readUIntLE(0, 3));
  }

  #descriptor(descriptor: number): void {
    const isSingleSegment = (descriptor & 0x20) !== 0;
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
    const sizeFlag = descriptor >> 6;
    const contentSizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag;
    this.#hasChecksum = (descriptor & 0x04) !== 0;
    this.#skipAs('header', (isSingleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes);
  }

  #blockHeader(header: number): void {
    const kind = (header >> 1) & 3;
    this.#isLastBlock = (header & 1) !== 0;
    if (kind === 3) this.#part = 'damaged';
    // A run-length block holds one byte, whatever it unpacks to.
    else this.#skipAs('block', kind === 1 ? 1 : header >>> 3);
  }

  #skipAs(part: Part, count: number): void {
    this.#part = part;
    this.#skip = count;
    if (count === 0) this.#afterSkip();
  }

  #afterSkip(): void {
    if (this.#part === 'block' && this.#isLastBlock) {
      if (this.#hasChecksum) this.#skipAs('checksum', 4);
      else this.#part = 'end';
    } else this.#part = this.#part === 'checksum' ? 'end' : 'block-header';
  }
}
