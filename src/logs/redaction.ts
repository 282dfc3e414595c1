/** What stands in a log where a secret stood. */
export const redacted = '[secret]';

/** Shorter ones would turn half of an ordinary log into marks. */
const shortestSecret = 4;

/**
 * Removes secrets from a stream of bytes, also where one is split over several pieces. Only the end of a
 * piece that may be the beginning of a secret is held back until the next piece or `flush`.
 */
export class Redaction {
  readonly #secrets: readonly Buffer[];
  readonly #mark = Buffer.from(redacted);
  #held: Buffer = Buffer.alloc(0);

  /** Secrets of fewer than four bytes are ignored. The longest match wins. */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets
      .map((secret) => Buffer.from(secret))
      .filter((secret) => secret.byteLength >= shortestSecret)
      .sort((a, b) => b.byteLength - a.byteLength);
  }

  /** What may be written now. */
  take(bytes: Uint8Array): Uint8Array {
    if (this.#secrets.length === 0) return bytes;
    const all = Buffer.concat([this.#held, bytes]);
    const pieces: Buffer[] = [];
    let done = 0;
    for (let next = this.#find(all, 0); next !== undefined; next = this.#find(all, done)) {
      // A longer secret may still be under way at the same place.
      if (next.start >= all.byteLength - this.#pendingLength(all, done)) break;
      pieces.push(all.subarray(done, next.start), this.#mark);
      done = next.start + next.length;
    }
    const pending = this.#pendingLength(all, done);
    pieces.push(all.subarray(done, all.byteLength - pending));
    this.#held = all.subarray(all.byteLength - pending);
    return Buffer.concat(pieces);
  }

  /** What was held back; the stream is over or interrupted. */
  flush(): Uint8Array {
    const pieces: Buffer[] = [];
    let done = 0;
    for (let next = this.#find(this.#held, 0); next !== undefined; next = this.#find(this.#held, done)) {
      pieces.push(this.#held.subarray(done, next.start), this.#mark);
      done = next.start + next.length;
    }
    pieces.push(this.#held.subarray(done));
    this.#held = Buffer.alloc(0);
    return Buffer.concat(pieces);
  }

  #find(bytes: Buffer, from: number): { readonly start: number; readonly length: number } | undefined {
    let best: { start: number; length: number } | undefined;
    for (const secret of this.#secrets) {
      const start = bytes.indexOf(secret, from);
      if (start !== -1 && (best === undefined || start < best.start))
        best = { start, length: secret.byteLength };
    }
    return best;
  }

  /** Length of the longest end of `bytes` (from `from` on) that is the beginning of a secret. */
  #pendingLength(bytes: Buffer, from: number): number {
    let longest = 0;
    for (const secret of this.#secrets) {
      const most = Math.min(secret.byteLength - 1, bytes.byteLength - from);
      for (let length = most; length > longest; length -= 1) {
        if (bytes.subarray(bytes.byteLength - length).equals(secret.subarray(0, length))) longest = length;
      }
    }
    return longest;
  }
}
