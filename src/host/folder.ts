import { createHash, type Hash, hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { compareText, type Digest } from '../primitives/index.ts';
import { pathProblem } from './file-entry.ts';

/** The path from the root of the file system, `.` and `..` resolved; links stay. */
export function absolutePath(path: string): string {
  return resolve(path);
}

/** What a path leads to, links followed; `none` when there is nothing. Throws SYS004. */
export function pathKind(path: string): 'file' | 'folder' | 'other' | 'none' {
  try {
    const facts = statSync(path, { throwIfNoEntry: false });
    if (!facts) return 'none';
    return facts.isFile() ? 'file' : facts.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOTDIR') return 'none';
    throw pathProblem('look at', path, error);
  }
}

/** Names of the folders directly in a folder, by code point; links to folders are none. Throws SYS004. */
export function subfolders(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort(compareText);
  } catch (error) {
    throw pathProblem('list', path, error);
  }
}

/** The whole of a small text file at once, links followed; undefined when there is none. Throws SYS004. */
export function textIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code ?? '')) return undefined;
    throw pathProblem('read', path, error);
  }
}

/** One entry of a folder tree that goes into its digest. */
export interface SnapshotEntry {
  /** Relative to the folder, parts joined by `/`. */
  readonly path: string;
  readonly kind: 'file' | 'link' | 'other';
}

export interface SnapshotOptions {
  /** Whether a path is left out; a folder with all it holds. */
  readonly leavesOut: (path: string, kind: 'file' | 'folder' | 'link' | 'other') => boolean;
  /** Paths of regular files whose text is wanted too. */
  readonly texts: ReadonlySet<string>;
}

export interface FolderSnapshot {
  /** The same for two folders exactly when entries, bytes, executable bits and link targets are the same. */
  readonly digest: Digest;
  readonly entries: readonly SnapshotEntry[];
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Reads a folder tree once and digests it. Each entry counts with its name, kind, executable bit and
 * bytes (the target of a link); links are not followed, and of pipes and devices only the name counts.
 * Times, owners and other permissions do not count, because a git checkout does not keep them.
 * Throws SYS004 for what cannot be read.
 */
export function snapshotFolder(folder: string, options: SnapshotOptions): FolderSnapshot {
  const sum = new RunningDigest();
  const entries: SnapshotEntry[] = [];
  const texts = new Map<string, string>();
  const walk = (prefix: string): void => {
    const path = prefix === '' ? folder : join(folder, prefix);
    const found = namedEntries(path);
    for (const entry of found) {
      const relative = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      const kind = entry.isFile()
        ? 'file'
        : entry.isDirectory()
          ? 'folder'
          : entry.isSymbolicLink()
            ? 'link'
            : 'other';
      if (options.leavesOut(relative, kind)) continue;
      if (kind === 'folder') {
        walk(relative);
        continue;
      }
      entries.push({ path: relative, kind });
      const full = `${folder}/${relative}`;
      if (kind === 'file') {
        const text = sum.addFile(relative, full, options.texts.has(relative));
        if (text !== undefined) texts.set(relative, text);
      } else sum.addText(`${kind} ${relative}`, kind === 'link' ? readlinkSync(full) : '');
    }
  };
  walk('');
  return { digest: sum.finish(), entries, texts };
}

function namedEntries(path: string): ReturnType<typeof readEntries> {
  try {
    return readEntries(path).sort((a, b) => compareText(a.name, b.name));
  } catch (error) {
    throw pathProblem('list', path, error);
  }
}

const readEntries = (path: string) => readdirSync(path, { withFileTypes: true });

/** Shared by all snapshots: one is taken at a time, and its bytes are used up when it returns. */
const buffer = Buffer.allocUnsafe(1 << 20);

/** SHA-256 of records gathered in one buffer: a folder of small files costs a single call. */
class RunningDigest {
  #used = 0;
  #hash: Hash | undefined;

  /** Adds `header length NUL bytes`; lengths keep two different folders from giving the same bytes. */
  addText(header: string, text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.#header(header, bytes.byteLength);
    this.#append(bytes);
  }

  addFile(name: string, path: string, wantText: boolean): string | undefined {
    try {
      const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        const facts = fstatSync(fd);
        const executable = (facts.mode & 0o111) === 0 ? 'file' : 'program';
        return this.#addBytes(fd, facts.size, `${executable} ${name}`, wantText);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      throw pathProblem('read', path, error);
    }
  }

  #addBytes(fd: number, size: number, header: string, wantText: boolean): string | undefined {
    this.#header(header, size);
    if (size > buffer.byteLength - this.#used) this.#flush();
    const start = this.#used;
    const pieces: string[] = [];
    const decoder = wantText && size > buffer.byteLength ? new TextDecoder() : undefined;
    let left = size;
    while (left > 0) {
      if (this.#used === buffer.byteLength) this.#flush();
      const room = Math.min(left, buffer.byteLength - this.#used);
      const count = readSync(fd, buffer, this.#used, room, null);
      if (count === 0) throw new Error('the file became shorter while it was read');
      pieces.push(decoder?.decode(buffer.subarray(this.#used, this.#used + count), { stream: true }) ?? '');
      this.#used += count;
      left -= count;
    }
    if (!wantText) return undefined;
    return decoder ? pieces.join('') + decoder.decode() : buffer.toString('utf8', start, start + size);
  }

  #header(text: string, length: number): void {
    const need = text.length * 3 + 32;
    if (need > buffer.byteLength - this.#used) this.#flush();
    this.#used += buffer.write(`${Buffer.byteLength(text)}:${text} ${length}\0`, this.#used, 'utf8');
  }

  #append(bytes: Uint8Array): void {
    if (bytes.byteLength > buffer.byteLength - this.#used) this.#flush();
    buffer.set(bytes, this.#used);
    this.#used += bytes.byteLength;
  }

  #flush(): void {
    this.#hash ??= createHash('sha256');
    this.#hash.update(buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  finish(): Digest {
    const rest = buffer.subarray(0, this.#used);
    return (this.#hash ? this.#hash.update(rest).digest('hex') : hash('sha256', rest, 'hex')) as Digest;
  }
}
