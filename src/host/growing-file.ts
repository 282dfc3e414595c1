import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pathProblem } from './file-entry.ts';

/** A file that is written piece by piece at its end, without holding up the process. Throws SYS004. */
export class GrowingFile {
  readonly #path: string;
  readonly #file: FileHandle;
  #sizeBytes: number;

  constructor(path: string, file: FileHandle, sizeBytes: number) {
    this.#path = path;
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Appends all bytes; `sizeBytes` counts what is in the file, also when it throws. */
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

/** Opens a file (mode 0600) for appending, making it when missing; a link in its place is refused. Throws SYS004. */
export async function openGrowingFile(path: string): Promise<GrowingFile> {
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    return new GrowingFile(path, file, (await file.stat()).size);
  } catch (error) {
    throw pathProblem('open', path, error);
  }
}
