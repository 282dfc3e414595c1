import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fsyncSync,
  openSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isFault } from '../diagnostics/index.ts';
import { pathProblem } from './file-entry.ts';
import { syncTogether } from './sync-together.ts';

/** Makes the entries of a directory durable: names created, renamed or removed in it survive a power loss. */
export function fsyncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Writes all bytes and makes them durable (file only, not its directory). `mode` defaults to 0o644. Throws SYS004. */
export function writeDurably(path: string, bytes: Uint8Array | string, mode = 0o644): void {
  try {
    writeAndSync(path, bytes, mode);
  } catch (error) {
    throw pathProblem('write', path, error);
  }
}

function writeAndSync(path: string, bytes: Uint8Array | string, mode: number): void {
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

/** Writes all bytes of a file that need not survive a power loss. Throws SYS004. */
export function writeWhole(path: string, bytes: Uint8Array | string): void {
  try {
    writeFileSync(path, bytes, { mode: 0o644 });
  } catch (error) {
    throw pathProblem('write', path, error);
  }
}

const temporaryName = (path: string): string =>
  join(dirname(path), `.tmp-${process.pid}-${randomBytes(6).toString('hex')}`);

/** Replaces a file in one step: temporary file beside it, fsync, rename, fsync of the directory. Throws SYS004. */
export function replaceFile(path: string, bytes: Uint8Array | string, mode = 0o644): void {
  const temporary = temporaryName(path);
  try {
    writeAndSync(temporary, bytes, mode);
    renameSync(temporary, path);
  } catch (error) {
    try {
      unlinkSync(temporary);
    } catch {}
    throw pathProblem('write', path, error);
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

/** Longer texts are written by another thread. */
const shortText = 1 << 16;

export interface ReplaceOptions {
  /** Name of the file beside it meanwhile, for folders in which others look around. */
  readonly temporary: string;
  /** Otherwise the bytes may be lost in a power loss, which leaves a file that is empty or cut off. */
  readonly isDurable: boolean;
}

/**
 * Replaces a file in one step without holding up the event loop. Its name is not durable before `syncTogether` made the folder
 * so. Throws SYS004.
 */
export async function replaceFileLater(path: string, text: string, options: ReplaceOptions): Promise<void> {
  const { temporary, isDurable } = options;
  try {
    if (text.length <= shortText) writeFileSync(temporary, text, { flag: 'wx', mode: 0o644 });
    else await writeFile(temporary, text, { flag: 'wx', mode: 0o644 });
    if (isDurable) await syncTogether([temporary]);
    renameSync(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw isFault(error) ? error : pathProblem('write', path, error);
  }
}
