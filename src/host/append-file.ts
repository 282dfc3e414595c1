import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { fault, messageOf } from '../diagnostics/index.ts';
import { pathProblem } from './file-entry.ts';
import { fsyncDirectory } from './files.ts';

/** A file that only grows. Writes are synchronous: what has returned is in the kernel, kill -9 or not. */
export class AppendFile {
  readonly #path: string;
  readonly #descriptor: number;
  #sizeBytes: number;
  #open = true;

  /** Opens the file, making it and its folders when they are missing. Throws SYS004. */
  constructor(path: string) {
    this.#path = path;
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.#descriptor = openSync(path, 'a', 0o644);
      this.#sizeBytes = fstatSync(this.#descriptor).size;
    } catch (error) {
      throw this.#fault(error);
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Appends all bytes. Throws SYS004, and a plain error after `close`. */
  append(bytes: Uint8Array): void {
    if (!this.#open) throw new Error(`'${this.#path}' is closed`);
    try {
      let written = 0;
      while (written < bytes.byteLength) written += writeSync(this.#descriptor, bytes, written);
      this.#sizeBytes += written;
    } catch (error) {
      throw this.#fault(error);
    }
  }

  /** Makes the contents durable and closes the file; a second call does nothing. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      fsyncSync(this.#descriptor);
    } catch (error) {
      throw this.#fault(error);
    } finally {
      closeSync(this.#descriptor);
    }
  }

  #fault(error: unknown): Error {
    const message = messageOf(error);
    return fault('SYS004', {
      what: `cannot write to '${this.#path}'`,
      why: `The system says: ${message}.`,
      cause: error,
    });
  }
}

/** Appends to a file, making it and its folders when they are missing; not durable. Throws SYS004. */
export function appendToFile(path: string, bytes: Uint8Array | string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, bytes, { mode: 0o644 });
  } catch (error) {
    throw pathProblem('write to', path, error);
  }
}

/**
 * Appends a line to a file, durably and in one write; makes the file when it is missing. A last line without an end, which a
 * crash may have left, is ended first. Throws SYS004.
 */
export function appendDurably(path: string, line: string): void {
  try {
    const isNew = !existsSync(path);
    const fd = openSync(path, 'a+', 0o644);
    try {
      const { size } = fstatSync(fd);
      const last = Buffer.alloc(1);
      const isCut = size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 10;
      const bytes = Buffer.from(isCut ? `\n${line}` : line);
      for (let done = 0; done < bytes.byteLength; ) done += writeSync(fd, bytes, done);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (isNew) fsyncDirectory(dirname(path));
  } catch (error) {
    throw pathProblem('write to', path, error);
  }
}
