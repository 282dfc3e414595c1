import {
  bytesIfThere,
  digestBytes,
  ensureFolder,
  fsyncDirectory,
  removeEntry,
  replaceFile,
} from '../host/index.ts';
import type { FileChange, GenerateEvent } from './contract.ts';

/** Writes files of a repository, each in one step and durably, and remembers what changed. */
export class FileWriter {
  readonly #root: string;
  readonly #onEvent: (event: GenerateEvent) => void;
  readonly #changes = new Map<string, FileChange>();

  constructor(root: string, onEvent: (event: GenerateEvent) => void) {
    this.#root = root;
    this.#onEvent = onEvent;
  }

  /** Makes a file have this text; one that has it is left alone. Throws SYS003, SYS004. */
  put(path: string, text: string): void {
    const bytes = Buffer.from(text);
    const old = bytesIfThere(`${this.#root}/${path}`);
    const isSame = old !== undefined && bytes.equals(old);
    if (!isSame) {
      const folder = `${this.#root}/${path}`.slice(0, -(path.length - path.lastIndexOf('/')));
      ensureFolder(folder);
      replaceFile(`${this.#root}/${path}`, bytes);
    }
    const before = this.#changes.get(path);
    const action = isSame && before?.action !== 'written' ? 'unchanged' : 'written';
    this.#note({ path, sha256: digestBytes(bytes), action });
  }

  /** Throws SYS004. */
  remove(path: string): void {
    const old = bytesIfThere(`${this.#root}/${path}`);
    if (!old) return;
    removeEntry(`${this.#root}/${path}`);
    fsyncDirectory(`${this.#root}/${path}`.slice(0, -(path.length - path.lastIndexOf('/'))));
    this.#note({ path, sha256: digestBytes(old), action: 'removed' });
  }

  /** A file that was looked at, and is as it has to be. */
  keep(path: string, sha256: string): void {
    if (!this.#changes.has(path)) this.#note({ path, sha256, action: 'unchanged' });
  }

  #note(change: FileChange): void {
    this.#changes.set(change.path, change);
    if (change.action !== 'unchanged') this.#onEvent({ kind: 'file', ...change });
  }

  /** By path, bytewise. */
  changes(): FileChange[] {
    return [...this.#changes.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}
