/** The newest bytes of a log, to look for the cause of a failure without reading the file again. */
export class LogTail {
  readonly #limit: number;
  #pieces: Uint8Array[] = [];
  #size = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  add(bytes: Uint8Array): void {
    // a copy: whoever reads from the process may use its buffer again
    this.#pieces.push(bytes.byteLength > this.#limit ? bytes.slice(-this.#limit) : bytes.slice());
    this.#size += Math.min(bytes.byteLength, this.#limit);
    while (this.#pieces.length > 1 && this.#size - (this.#pieces[0]?.byteLength ?? 0) >= this.#limit) {
      this.#size -= this.#pieces.shift()?.byteLength ?? 0;
    }
  }

  /** The bytes kept, as text; a character cut at the start becomes U+FFFD. */
  text(): string {
    return Buffer.concat(this.#pieces).toString('utf8');
  }
}
