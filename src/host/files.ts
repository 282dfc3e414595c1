import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fsyncSync,
  openSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathProblem } from './file-entry.ts';

/** Makes the entries of a directory durable: names created, renamed or removed in it survive a power loss. */
export function fsyncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Writes all bytes and makes them durable (file only, not its directory). `mode` defaults to 0o644. */
export function writeDurably(path: string, bytes: Uint8Array | string, mode = 0o644): void {
  const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  const fd = openSync(path, 'w', mode);
  try {
    let written = 0;
    while (written < buffer.byteLength) written += writeSync(fd, buffer, written);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const temporaryName = (path: string): string =>
  join(dirname(path), `.tmp-${process.pid}-${randomBytes(6).toString('hex')}`);

/** Replaces a file in one step: temporary file beside it, fsync, rename, fsync of the directory. */
export function replaceFile(path: string, bytes: Uint8Array | string, mode = 0o644): void {
  const temporary = temporaryName(path);
  try {
    writeDurably(temporary, bytes, mode);
    renameSync(temporary, path);
  } catch (error) {
    try {
      unlinkSync(temporary);
    } catch {}
    throw error;
  }
  fsyncDirectory(dirname(path));
}

/** Points the symbolic link at `path` to `destination` in one step, durable when it returns. */
export function replaceSymlink(path: string, destination: string): void {
  const temporary = temporaryName(path);
  symlinkSync(destination, temporary);
  renameSync(temporary, path);
  fsyncDirectory(dirname(path));
}

/**
 * As `replaceFile`, without holding up the event loop. `temporary` is the name of the file beside it meanwhile, for folders in
 * which others look around. Throws SYS004.
 */
export async function replaceFileLater(path: string, text: string, temporary: string): Promise<void> {
  try {
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    const folder = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw pathProblem('write', path, error);
  }
}
