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
  let watcher: FSWatcher | undefined;
  let folderWatcher: FSWatcher | undefined;
  let dirty = false;
  let wake: (() => void) | undefined;
  const notice = (): void => {
    dirty = true;
    wake?.();
  };
  const begin = (what: string): FSWatcher | undefined => {
    try {
      return watch(what, { persistent: false }, notice);
    } catch {
      return undefined;
    }
  };
  const listen = (): void => {
    if (watcher !== undefined) return;
    watcher = begin(path);
    if (watcher === undefined && folderWatcher === undefined) {
      folderWatcher = begin(dirname(path));
      folderWatcher?.on('error', () => {
        folderWatcher?.close();
        folderWatcher = undefined;
      });
      // The file may have come just before.
      if (folderWatcher !== undefined) watcher = begin(path);
    }
    if (watcher === undefined) return;
    folderWatcher?.close();
    folderWatcher = undefined;
    watcher.on('error', () => {
      watcher?.close();
      watcher = undefined;
    });
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
      watcher?.close();
      folderWatcher?.close();
    },
  };
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
