import { chmodSync, closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { runOrThrow } from './process.ts';

/** Makes a named pipe that everybody may open (mkfifo(3)). */
export async function makeNamedPipe(path: string): Promise<void> {
  await runOrThrow('mkfifo', [path]);
  chmodSync(path, 0o666);
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
