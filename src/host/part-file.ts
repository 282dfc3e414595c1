import { type FileHandle, open } from 'node:fs/promises';
import { pathProblem } from './file-entry.ts';

/** A file that is written from its start, and perhaps again. */
export class PartFile {
  readonly #path: string;
  readonly #file: FileHandle;
  #sizeBytes = 0;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Makes the file, or empties it. Throws SYS004. */
  static async open(path: string): Promise<PartFile> {
    try {
      return new PartFile(path, await open(path, 'w', 0o600));
    } catch (error) {
      throw pathProblem('make', path, error);
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Throws SYS004. */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.byteLength; ) {
        const { bytesWritten } = await this.#file.write(
          bytes,
          done,
          bytes.byteLength - done,
          this.#sizeBytes,
        );
        done += bytesWritten;
        this.#sizeBytes += bytesWritten;
      }
    } catch (error) {
      throw pathProblem('write', this.#path, error);
    }
  }

  /** Back to no bytes. Throws SYS004. */
  async empty(): Promise<void> {
    try {
      await this.#file.truncate(0);
      this.#sizeBytes = 0;
    } catch (error) {
      throw pathProblem('empty', this.#path, error);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
