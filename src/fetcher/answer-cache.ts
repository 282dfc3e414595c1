import { join } from 'node:path';
import { isFault } from '../diagnostics/index.ts';
import {
  bytesIfThere,
  digestBytes,
  ensureFolder,
  entryFacts,
  machine,
  namesIn,
  removeEntry,
  renameEntry,
  setModifiedTime,
  writePieces,
} from '../host/index.ts';

/** An answer as it was sent, its content coding still on. */
export interface KeptAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

interface Head {
  readonly version: 1;
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body: files are not synchronised, and a power loss may tear one. */
  readonly digest: string;
}

const newLine = 0x0a;

/**
 * Answers with an ETag or a date, one file each: a line of JSON and the body. A file appears whole or not at all; one that
 * is damaged counts as absent. Those that were not used for the longest time go first when there is no room.
 */
export class AnswerCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #nowMs: () => number;
  #written = 0;
  #files: Map<string, { bytes: number; usedMs: number }> | undefined;

  constructor(of: { folder: string; maxBytes: number; nowMs: () => number }) {
    this.#folder = of.folder;
    this.#maxBytes = of.maxBytes;
    this.#nowMs = of.nowMs;
  }

  /** The kept answer to a request, if there is one. `asked` is everything that makes the answer what it is. */
  read(url: string, asked: string): KeptAnswer | undefined {
    const bytes = this.#trying(() => bytesIfThere(join(this.#folder, nameOf(url, asked))));
    const end = bytes?.indexOf(newLine) ?? -1;
    if (!bytes || end < 0) return undefined;
    try {
      const head = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString()) as Head;
      const body = bytes.subarray(end + 1);
      if (head.version !== 1 || head.digest !== digestBytes(body)) return undefined;
      return { headers: head.headers, body };
    } catch {
      return undefined;
    }
  }

  /** Marks an answer as used now. */
  touch(url: string, asked: string): void {
    const name = nameOf(url, asked);
    this.#trying(() => setModifiedTime(join(this.#folder, name), this.#nowMs()));
    const file = this.#files?.get(name);
    if (file) file.usedMs = this.#nowMs();
  }

  /** Keeps an answer, unless it takes more than half of the room. A full or read-only disk only means that nothing is kept. */
  async write(url: string, asked: string, answer: KeptAnswer): Promise<void> {
    const { headers, body } = answer;
    if (body.byteLength > this.#maxBytes / 2) return;
    const head: Head = { version: 1, headers, digest: digestBytes(body) };
    const name = nameOf(url, asked);
    const line = Buffer.from(`${JSON.stringify(head)}\n`);
    this.#written += 1;
    try {
      ensureFolder(this.#folder);
      const temporary = join(this.#folder, `.${name}.${machine.processId()}-${this.#written}`);
      await writePieces(temporary, [line, body]);
      renameEntry(temporary, join(this.#folder, name));
    } catch (error) {
      if (isFault(error, 'SYS004')) return;
      throw error;
    }
    const files = this.#known();
    files.set(name, { bytes: line.byteLength + body.byteLength, usedMs: this.#nowMs() });
    this.#makeRoom(files);
  }

  #known(): Map<string, { bytes: number; usedMs: number }> {
    if (this.#files) return this.#files;
    this.#files = new Map();
    for (const name of namesIn(this.#folder)) {
      const facts = entryFacts(join(this.#folder, name));
      if (facts?.kind === 'file') this.#files.set(name, { bytes: facts.sizeBytes, usedMs: facts.modifiedMs });
    }
    return this.#files;
  }

  #makeRoom(files: Map<string, { bytes: number; usedMs: number }>): void {
    let total = 0;
    for (const { bytes } of files.values()) total += bytes;
    if (total <= this.#maxBytes) return;
    const oldestFirst = [...files].sort(([, a], [, b]) => a.usedMs - b.usedMs);
    for (const [name, { bytes }] of oldestFirst) {
      if (total <= this.#maxBytes) return;
      this.#trying(() => removeEntry(join(this.#folder, name)));
      files.delete(name);
      total -= bytes;
    }
  }

  #trying<Result>(act: () => Result): Result | undefined {
    try {
      return act();
    } catch (error) {
      if (isFault(error, 'SYS004')) return undefined;
      throw error;
    }
  }
}

const nameOf = (url: string, asked: string): string => digestBytes(`${url}\n${asked}`);
