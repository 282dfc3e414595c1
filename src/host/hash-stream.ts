import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { pathProblem } from './file-entry.ts';

/** Hashes of some bytes by algorithm, lower-case hexadecimal, and how many bytes there were. */
export interface StreamHashes {
  readonly hashes: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
}

/** Hashes of bytes that are added piece by piece. */
export class Hashes {
  readonly #hashes: readonly (readonly [string, Hash])[];
  sizeBytes = 0;
  constructor(algorithms: readonly string[]) {
    this.#hashes = algorithms.map((name) => [name, createHash(name)]);
  }

  add(piece: Uint8Array): void {
    this.sizeBytes += piece.byteLength;
    for (const [, hash] of this.#hashes) hash.update(piece);
  }

  finish(): StreamHashes {
    const found = this.#hashes.map(([name, hash]): [string, string] => [name, hash.digest('hex')]);
    return { hashes: Object.fromEntries(found), sizeBytes: this.sizeBytes };
  }
}

/** Hashes of bytes that arrive in pieces, by names of OpenSSL such as `sha512` and `blake2b512`. */
export async function hashStream(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  algorithms: readonly string[],
): Promise<StreamHashes> {
  const hashes = new Hashes(algorithms);
  for await (const piece of pieces) hashes.add(piece);
  return hashes.finish();
}

/** Pieces that are hashed while they go somewhere else. */
export class HashedPieces implements AsyncIterable<Uint8Array> {
  readonly #pieces: AsyncIterable<Uint8Array>;
  readonly #hashes: Hashes;
  constructor(pieces: AsyncIterable<Uint8Array>, algorithms: readonly string[]) {
    this.#pieces = pieces;
    this.#hashes = new Hashes(algorithms);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const piece of this.#pieces) {
      this.#hashes.add(piece);
      yield piece;
    }
  }

  /** Hashes of all that went by; to be asked once, at the end. */
  finish(): StreamHashes {
    return this.#hashes.finish();
  }
}

/**
 * Writes pieces to a new file, made durable when it returns (its name is not), and hashes them on their way.
 * Throws SYS004, and what the pieces throw; the file is then to be removed by the caller.
 */
export async function writeHashing(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  options: { readonly algorithms: readonly string[]; readonly mode?: number; readonly isDurable?: boolean },
): Promise<StreamHashes> {
  const { algorithms, mode = 0o644, isDurable = true } = options;
  const hashes = new Hashes(algorithms);
  const file = await open(path, 'wx', mode).catch((error: unknown) => {
    throw pathProblem('make', path, error);
  });
  try {
    for await (const piece of pieces) {
      hashes.add(piece);
      for (let done = 0; done < piece.byteLength; ) {
        const { bytesWritten } = await file.write(piece, done).catch((error: unknown) => {
          throw pathProblem('write', path, error);
        });
        done += bytesWritten;
      }
    }
    await file.chmod(mode);
    if (isDurable) await file.sync();
  } finally {
    await file.close();
  }
  return hashes.finish();
}
