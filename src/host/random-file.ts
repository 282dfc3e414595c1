import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pathProblem } from './file-entry.ts';

const pieceBytes = 1 << 20;

/** A regular file of which any bytes can be read, over and over. */
export class RandomFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #file: FileHandle;

  private constructor(path: string, sizeBytes: number, file: FileHandle) {
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.#file = file;
  }

  /** Opens a file; a link, a pipe or a device in its place is refused. Throws SYS004. */
  static async open(path: string): Promise<RandomFile> {
    try {
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const facts = await file.stat();
      if (facts.isFile()) return new RandomFile(path, facts.size, file);
      await file.close();
    } catch (error) {
      throw pathProblem('open', path, error);
    }
    throw pathProblem('open', path, new Error('it is not a regular file'));
  }

  /** `length` bytes from `offset`, fewer where the file ends. Throws SYS004. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(length, this.sizeBytes - offset));
    const buffer = Buffer.allocUnsafe(wanted);
    try {
      let done = 0;
      while (done < wanted) {
        const { bytesRead } = await this.#file.read(buffer, done, wanted - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return done === wanted ? buffer : buffer.subarray(0, done);
    } catch (error) {
      throw pathProblem('read', this.path, error);
    }
  }

  /** The same in pieces of up to a mebibyte; one is read ahead while the one before is used. */
  async *pieces(offset: number, length: number): AsyncGenerator<Uint8Array> {
    const end = Math.min(this.sizeBytes, offset + length);
    const start = (from: number): Promise<Uint8Array> => {
      const reading = this.read(from, Math.min(pieceBytes, end - from));
      // whoever stops early is not told of trouble behind that place
      reading.catch(() => {});
      return reading;
    };
    let next = start(offset);
    try {
      for (let at = offset; at < end; ) {
        const piece = await next;
        if (piece.byteLength === 0) return;
        at += piece.byteLength;
        next = start(at);
        yield piece;
      }
    } finally {
      await next.catch(() => {});
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
