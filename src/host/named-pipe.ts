import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, constants, openSync, readdirSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { runOrThrow } from './process.ts';
import { processExists } from './signals.ts';

/** Makes a named pipe in `folder` that everybody may open (mkfifo(3)) and returns its path. */
export async function makeNamedPipe(folder: string): Promise<string> {
  const path = join(folder, `${process.pid}-${randomBytes(6).toString('hex')}`);
  await runOrThrow('mkfifo', [path]);
  chmodSync(path, 0o666);
  return path;
}

/** Removes the pipes that processes which no longer run have left in `folder`. */
export function sweepNamedPipes(folder: string): void {
  for (const name of readdirSync(folder)) {
    const maker = /^([0-9]+)-[0-9a-f]{12}$/.exec(name)?.[1];
    if (maker !== undefined && !processExists(Number(maker))) rmSync(join(folder, name), { force: true });
  }
}

/** Both ends of a pipe: a stream for us, a descriptor for a program that is about to be started. */
export interface OpenedPipe {
  readonly reader: Readable;
  readonly writerDescriptor: number;
  /** To be called once the program has its own copy: without it the reader never sees the end. */
  closeWriter(): void;
}

/**
 * Opens a named pipe as a pair. Unlike the sockets that Node makes for its children, a program can open
 * it again as `/dev/stdout`, and so can one that has changed its user.
 */
export function openPipe(path: string): OpenedPipe {
  const readDescriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writerDescriptor = openSync(path, constants.O_WRONLY);
  const reader = new Socket({ fd: readDescriptor, readable: true, writable: false });
  let open = true;
  return {
    reader,
    writerDescriptor,
    closeWriter: () => {
      if (open) closeSync(writerDescriptor);
      open = false;
    },
  };
}
