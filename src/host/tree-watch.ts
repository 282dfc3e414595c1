import { watch } from 'node:fs';
import { pathProblem } from './file-entry.ts';

/** Tells when something below a folder changes. */
export interface TreeWatch {
  /** The path below the folder that changed first since the last call; undefined when the signal aborts. */
  changed(signal: AbortSignal): Promise<string | undefined>;
  close(): void;
}

/** Editors write a file in several steps; what belongs together arrives within this time. */
const settleMs = 50;

/** Watches a folder with everything below it; `isWanted` says which paths count. Throws SYS004. */
export function watchTree(folder: string, isWanted: (path: string) => boolean): TreeWatch {
  let first: string | undefined;
  let wake: (() => void) | undefined;
  const watcher = (() => {
    try {
      return watch(folder, { recursive: true }, (_event, name) => {
        if (name === null || !isWanted(name)) return;
        first ??= name;
        wake?.();
      });
    } catch (error) {
      throw pathProblem('watch', folder, error);
    }
  })();
  // a folder that goes away while it is looked at changes, too
  watcher.on('error', () => wake?.());
  const waiting = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        wake = undefined;
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
      wake = done;
      if (first !== undefined || signal.aborted) done();
    });
  return {
    changed: async (signal) => {
      while (first === undefined && !signal.aborted) await waiting(signal);
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      const found = signal.aborted ? undefined : first;
      first = undefined;
      return found;
    },
    close: () => watcher.close(),
  };
}
