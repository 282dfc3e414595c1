import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 as zlibCrc32 } from 'node:zlib';
import type { Digest } from '../primitives/index.ts';
import { pathProblem } from './file-entry.ts';

/** What one reading of a file told. */
export interface HashedBytes {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

const pieceBytes = 1 << 20;

/** Reads a file from its start with one buffer; returns its size in bytes. */
async function eachPiece(source: FileHandle, onPiece: (piece: Buffer) => Promise<void>): Promise<number> {
  const { size } = await source.stat();
  const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, size + 1));
  let sizeBytes = 0;
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, buffer.byteLength, sizeBytes);
    if (bytesRead === 0) return sizeBytes;
    await onPiece(buffer.subarray(0, bytesRead));
    sizeBytes += bytesRead;
  }
}

async function pass(source: FileHandle, onPiece: (piece: Buffer) => Promise<void>): Promise<HashedBytes> {
  const hash = createHash('sha256');
  const sizeBytes = await eachPiece(source, async (piece) => {
    hash.update(piece);
    await onPiece(piece);
  });
  return { digest: hash.digest('hex') as Digest, sizeBytes };
}

async function openSource(path: string): Promise<FileHandle> {
  try {
    // A symbolic link or a pipe in the place of a file is refused, not followed or waited for.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (error) {
    throw pathProblem('open', path, error);
  }
  throw pathProblem('open', path, new Error('it is not a regular file'));
}

/** SHA-256 and size of a regular file in bounded memory. Throws SYS004, also for links and devices. */
export async function hashFile(path: string): Promise<HashedBytes> {
  const source = await openSource(path);
  try {
    return await pass(source, async () => {});
  } catch (error) {
    throw pathProblem('read', path, error);
  } finally {
    await source.close();
  }
}

/**
 * Copies a regular file to a new file and returns the hash of the bytes that were written, in one reading.
 * The copy is durable (its name is not yet) and has exactly `mode`. Throws SYS004.
 */
export async function copyHashing(path: string, destination: string, mode: number): Promise<HashedBytes> {
  const source = await openSource(path);
  try {
    const target = await open(destination, 'wx', mode);
    try {
      const hashed = await pass(source, async (piece) => {
        for (let done = 0; done < piece.byteLength; ) {
          done += (await target.write(piece, done, piece.byteLength - done)).bytesWritten;
        }
      });
      await target.chmod(mode);
      await target.sync();
      return hashed;
    } finally {
      await target.close();
    }
  } catch (error) {
    throw pathProblem(`copy to '${destination}'`, path, error);
  } finally {
    await source.close();
  }
}

/** SHA-256 (32 bytes) of a regular file with `tail` behind it, as OpenPGP hashes what it signs. Throws SYS004. */
export async function hashFileWithTail(path: string, tail: Uint8Array): Promise<Uint8Array> {
  const source = await openSource(path);
  const hash = createHash('sha256');
  try {
    await eachPiece(source, async (piece) => void hash.update(piece));
  } catch (error) {
    throw pathProblem('read', path, error);
  } finally {
    await source.close();
  }
  return hash.update(tail).digest();
}

/** The same for bytes in memory. */
export function hashBytesWithTail(bytes: Uint8Array, tail: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).update(tail).digest();
}

/** SHA-256 and size of bytes that arrive in pieces. */
export async function hashPieces(pieces: AsyncIterable<Uint8Array>): Promise<HashedBytes> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    sizeBytes += piece.byteLength;
  }
  return { digest: hash.digest('hex') as Digest, sizeBytes };
}

/** CRC-32 (as gzip has it) of bytes in memory: finds damage, not malice, at several gigabytes per second. */
export function crc32(bytes: Uint8Array): number {
  return zlibCrc32(bytes);
}

/** CRC-32 of more bytes behind those that gave `before` (0 for none). */
export function crc32After(before: number, bytes: Uint8Array): number {
  return zlibCrc32(bytes, before);
}
