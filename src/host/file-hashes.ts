import { hash as hashOf } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { pathProblem } from './file-entry.ts';
import { machine } from './machine.ts';

/** Three hashes of a file in lower-case hexadecimal digits (BLAKE2b with 64 bytes), and its size. */
export interface FileHashes {
  readonly sha512: string;
  readonly sha256: string;
  readonly blake2b: string;
  readonly sizeBytes: number;
}

/** What a thread is asked to do. */
export interface HashJob {
  readonly id: number;
  readonly path: string;
  readonly copy?: { readonly path: string; readonly mode: number } | undefined;
}

/** What it answers: one of the two. */
export interface HashJobAnswer {
  readonly id: number;
  readonly hashes?: FileHashes | undefined;
  readonly error?: { readonly message: string; readonly code: string | undefined } | undefined;
}

interface Waiting {
  readonly resolve: (hashes: FileHashes) => void;
  readonly reject: (error: Error) => void;
}

/** A thread and the jobs it has. It keeps the program from ending only while it has some. */
class Hasher {
  readonly #worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { execArgv: [] });
  readonly #waiting = new Map<number, Waiting>();
  #isGone = false;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (answer: HashJobAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (this.#waiting.size === 0) this.#worker.unref();
      if (answer.hashes) waiting?.resolve(answer.hashes);
      else
        waiting?.reject(
          Object.assign(
            new Error(answer.error?.message),
            answer.error?.code ? { code: answer.error.code } : {},
          ),
        );
    });
    const gone = (error: Error): void => {
      this.#isGone = true;
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
    this.#worker.on('error', gone);
    this.#worker.on('exit', (code) => gone(new Error(`the thread that hashes has ended with ${code}`)));
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get jobs(): number {
    return this.#waiting.size;
  }

  run(job: HashJob): Promise<FileHashes> {
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(job.id, { resolve, reject });
      this.#worker.postMessage(job);
    });
  }
}

const hashers: Hasher[] = [];
let lastId = 0;

/** The thread with the least to do; a new one while all are busy and there are processors left. */
function chooseHasher(): Hasher {
  for (let at = hashers.length - 1; at >= 0; at -= 1) if (hashers[at]?.isGone) hashers.splice(at, 1);
  const idlest = hashers.reduce<Hasher | undefined>(
    (best, one) => (best && best.jobs <= one.jobs ? best : one),
    undefined,
  );
  if (idlest && (idlest.jobs === 0 || hashers.length >= machine.processors())) return idlest;
  const hasher = new Hasher();
  hashers.push(hasher);
  return hasher;
}

function hash(job: Omit<HashJob, 'id'>): Promise<FileHashes> {
  lastId += 1;
  return chooseHasher().run({ id: lastId, ...job });
}

/** Bytes that are hashed in less than a millisecond, which costs less than asking a thread. */
const fewBytes = 1 << 17;

/** Hashes of a small file; undefined when it is larger, or grows or shrinks meanwhile. */
function hashFew(path: string): FileHashes | undefined {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const facts = fstatSync(file);
    if (!facts.isFile()) throw new Error('it is not a regular file');
    if (facts.size > fewBytes) return undefined;
    const buffer = Buffer.allocUnsafe(facts.size + 1);
    const sizeBytes = readSync(file, buffer, 0, buffer.byteLength, 0);
    if (sizeBytes !== facts.size) return undefined;
    const bytes = buffer.subarray(0, sizeBytes);
    return {
      sha512: hashOf('sha512', bytes),
      sha256: hashOf('sha256', bytes),
      blake2b: hashOf('blake2b512', bytes),
      sizeBytes,
    };
  } finally {
    closeSync(file);
  }
}

/**
 * Hashes of a regular file, computed in one reading, by a thread of its own unless it is small. Throws SYS004, also for links
 * and devices.
 */
export async function hashFileThrice(path: string): Promise<FileHashes> {
  try {
    return hashFew(path) ?? (await hash({ path }));
  } catch (error) {
    throw pathProblem('read', path, error);
  }
}

/**
 * Copies a regular file to a new file and returns the hashes of the bytes that were written, in one reading by a thread of
 * its own. The copy is durable (its name is not yet) and has exactly `mode`. Throws SYS004.
 */
export async function copyHashingThrice(
  path: string,
  destination: string,
  mode: number,
): Promise<FileHashes> {
  try {
    return await hash({ path, copy: { path: destination, mode } });
  } catch (error) {
    throw pathProblem(`copy to '${destination}'`, path, error);
  }
}
