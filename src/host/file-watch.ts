import { type FSWatcher, watch } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathProblem } from './file-entry.ts';

/** Tells when a file has changed; may cry wolf, and is slow (never silent) where the system sends no events. */
export interface FileWatch {
  /** Resolves after a change since the last call, after `maxMs`, or when the signal aborts. */
  changed(maxMs: number, signal?: AbortSignal): Promise<void>;
  /** Says that the file has changed, for those who know before the system tells. */
  notice(): void;
  close(): void;
}

/** Watches a file that may not exist yet; until it does, its folder. Call `close` when done. */
export function watchFile(path: string): FileWatch {
  let dirty = false;
  let wake: (() => void) | undefined;
  const notice = (): void => {
    dirty = true;
    wake?.();
  };
  const file = watchWhenThere(path, notice);
  const folder = watchWhenThere(dirname(path), notice);
  const listen = (): void => {
    if (file.isListening()) return;
    if (!file.listen() && folder.listen()) file.listen();
    if (!file.isListening()) return;
    folder.close();
    // Something may have been written before we listened.
    dirty = true;
  };
  listen();
  return {
    changed: async (maxMs, signal) => {
      listen();
      if (!dirty && !signal?.aborted) {
        await new Promise<void>((resolve) => {
          const done = (): void => {
            clearTimeout(timer);
            signal?.removeEventListener('abort', done);
            wake = undefined;
            resolve();
          };
          const timer = setTimeout(done, maxMs);
          signal?.addEventListener('abort', done, { once: true });
          wake = done;
        });
      }
      dirty = false;
    },
    notice,
    close: () => {
      file.close();
      folder.close();
    },
  };
}

interface Listener {
  isListening(): boolean;
  /** Listens unless it does already; false while there is nothing of that name, or no watch is to be had. */
  listen(): boolean;
  close(): void;
}

function watchWhenThere(path: string, notice: () => void): Listener {
  let watcher: FSWatcher | undefined;
  const close = (): void => {
    watcher?.close();
    watcher = undefined;
  };
  const listen = (): boolean => {
    if (watcher !== undefined) return true;
    try {
      watcher = watch(path, { persistent: false }, notice);
      watcher.on('error', close);
    } catch {}
    return watcher !== undefined;
  };
  return { isListening: () => watcher !== undefined, listen, close };
}

/** Up to `maxBytes` bytes of a file from `offset` on; empty at its end, undefined when there is no such file. Throws SYS004. */
export async function readBytes(
  path: string,
  offset: number,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw pathProblem('read', path, error);
  }
  try {
    const buffer = Buffer.allocUnsafe(maxBytes);
    let filled = 0;
    while (filled < maxBytes) {
      const { bytesRead } = await file.read(buffer, filled, maxBytes - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } catch (error) {
    throw pathProblem('read', path, error);
  } finally {
    await file.close();
  }
}
