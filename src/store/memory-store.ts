import { fault } from '../diagnostics/index.ts';
import { type Clock, digestBytes, hashFile, readPieces, removeEntry, systemClock } from '../host/index.ts';
import type { Digest } from '../primitives/index.ts';
import type { CollectionReport, ObjectStore, PutOptions, StoredObject } from './object-store.ts';

interface Held {
  readonly bytes: Uint8Array;
  condemnedMs: number | undefined;
}

class MemoryStore implements ObjectStore {
  readonly #held = new Map<Digest, Held>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async putFile(path: string, options: PutOptions = {}): Promise<StoredObject> {
    await hashFile(path);
    const pieces: Uint8Array[] = [];
    for await (const piece of readPieces(path)) pieces.push(piece);
    if (options.move) removeEntry(path);
    return this.putBytes(Buffer.concat(pieces));
  }

  async putBytes(bytes: Uint8Array): Promise<StoredObject> {
    const digest = digestBytes(bytes);
    const held = this.#held.get(digest);
    if (held) held.condemnedMs = undefined;
    else this.#held.set(digest, { bytes: Uint8Array.from(bytes), condemnedMs: undefined });
    return { digest, sizeBytes: bytes.byteLength };
  }

  async has(digest: Digest): Promise<boolean> {
    return this.#held.has(digest);
  }

  async path(digest: Digest): Promise<string> {
    await this.readBytes(digest);
    return `memory:${digest}`;
  }

  async readBytes(digest: Digest): Promise<Uint8Array> {
    const held = this.#held.get(digest);
    if (!held) throw fault('STO001', { what: `object '${digest}' is not in the store` });
    return Uint8Array.from(held.bytes);
  }

  async verify(digest: Digest): Promise<boolean> {
    return this.#held.has(digest);
  }

  async verifyAll(onProgress?: (done: number, total: number) => void): Promise<readonly Digest[]> {
    onProgress?.(this.#held.size, this.#held.size);
    return [];
  }

  async *list(): AsyncGenerator<StoredObject> {
    for (const digest of [...this.#held.keys()].sort()) {
      const held = this.#held.get(digest);
      if (held) yield { digest, sizeBytes: held.bytes.byteLength };
    }
  }

  async collect(isReferenced: (digest: Digest) => boolean, graceMs: number): Promise<CollectionReport> {
    const nowMs = this.#clock.nowMs();
    const report = { condemned: 0, removed: 0, removedBytes: 0, kept: 0 };
    for (const [digest, held] of [...this.#held]) {
      if (isReferenced(digest)) {
        held.condemnedMs = undefined;
      } else if (held.condemnedMs === undefined) {
        held.condemnedMs = nowMs;
        report.condemned += 1;
      } else if (nowMs - held.condemnedMs > graceMs) {
        this.#held.delete(digest);
        report.removed += 1;
        report.removedBytes += held.bytes.byteLength;
        continue;
      }
      report.kept += 1;
    }
    return report;
  }
}

/** The twin for tests: the same contract in memory. Its paths name objects, but there is no file behind them. */
export function openMemoryStore(clock: Clock = systemClock): ObjectStore {
  return new MemoryStore(clock);
}
