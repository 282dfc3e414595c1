import { fault, isFault, type Problem, problem } from '../diagnostics/index.ts';
import {
  type BsonDocument,
  type BsonValue,
  parseExtendedJsonDocument,
  printExtendedJson,
} from '../formats/extended-json/index.ts';
import { sha512Text } from '../host/index.ts';
import type { RecordBackend } from './record-backend.ts';

/**
 * How a record is found: by a hash that it has at a dotted path, or by the hash of some of its fields (specification, 4.1).
 */
export type KeySpecification =
  | { readonly kind: 'hash'; readonly path: string }
  | { readonly kind: 'derived'; readonly paths: readonly string[]; readonly optional: readonly string[] };

/** The index is what stands at this path: hexadecimal digits. */
export const hashKey = (path: string): KeySpecification => ({ kind: 'hash', path });

/** The index is the SHA-512 of the canonical text of these fields; optional ones only count when they are there. */
export const derivedKey = (paths: readonly string[], optional: readonly string[] = []): KeySpecification => ({
  kind: 'derived',
  paths,
  optional,
});

/** What the records of each collection are found by. */
export const collectionKeys = {
  blos: hashKey('hashes.sha512'),
  integrity: derivedKey(['url']),
  dynamic: derivedKey(['key']),
  pages: derivedKey(['method_name', 'url'], ['encoding', 'is_json', 'auth_user']),
  ledger: derivedKey(['path']),
} as const;

export interface RecordStoreOptions {
  /** For messages, as `integrity/local`. */
  readonly name: string;
  readonly key: KeySpecification;
  /** Dotted paths of what every record has. */
  readonly required?: readonly string[] | undefined;
  readonly backend: RecordBackend;
  readonly onProblem: (problem: Problem) => void;
}

/** What stands at a dotted path. */
export function fieldAt(document: BsonDocument, path: string): BsonValue | undefined {
  let value: BsonValue | undefined = document;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as BsonDocument)[name];
  }
  return value;
}

/** A few hundred bytes each. */
const mostKept = 10_000;

const hexadecimal = /^[0-9a-f]{32,}$/;

/** Records of one kind: canonical Extended JSON under the hash of their key. */
export class RecordStore {
  readonly #options: RecordStoreOptions;
  /** Unreadable ones are told of once. */
  readonly #told = new Set<string>();
  /** Records as they were read, the last ones. */
  readonly #read = new Map<string, { readonly stamp: string; readonly record: BsonDocument }>();

  constructor(options: RecordStoreOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** Index of what a flat mapping of dotted paths asks for. Throws FPL016 for paths that are missing or unknown, EJS001. */
  indexOf(query: BsonDocument): string {
    const { key, name } = this.#options;
    const known = key.kind === 'hash' ? [key.path] : [...key.paths, ...key.optional];
    const odd = Object.keys(query).find((path) => !known.includes(path));
    if (odd !== undefined) throw fault('FPL016', { what: `'${name}' is not asked by '${odd}'` });
    return this.#index((path) => (Object.hasOwn(query, path) ? query[path] : undefined));
  }

  #index(at: (path: string) => BsonValue | undefined): string {
    const { key, name } = this.#options;
    if (key.kind === 'hash') {
      const hash = at(key.path);
      if (typeof hash === 'string' && hexadecimal.test(hash)) return hash;
      throw fault('FPL016', { what: `'${name}' needs hexadecimal digits as '${key.path}'` });
    }
    const fields: Record<string, BsonValue> = {};
    for (const path of [...key.paths, ...key.optional]) {
      const value = at(path);
      if (value !== undefined) fields[path] = value;
      else if (key.paths.includes(path)) throw fault('FPL016', { what: `'${name}' needs '${path}'` });
    }
    return sha512Text(printExtendedJson(fields));
  }

  /** The record, or undefined; one that cannot be read counts as missing and is told of (FPL001). Throws as `indexOf`. */
  find(query: BsonDocument): BsonDocument | undefined {
    return this.read(this.indexOf(query));
  }

  /** As `find`, by index. */
  read(index: string): BsonDocument | undefined {
    const stamp = this.#options.backend.stampOf?.(index);
    const before = this.#read.get(index);
    if (before && before.stamp === stamp) return before.record;
    const record = this.#readAnew(index);
    if (this.#read.size >= mostKept) this.#read.clear();
    if (record && stamp !== undefined) this.#read.set(index, { stamp, record });
    else this.#read.delete(index);
    return record;
  }

  #readAnew(index: string): BsonDocument | undefined {
    const text = this.#options.backend.read(index);
    if (text === undefined) return undefined;
    try {
      const record = parseExtendedJsonDocument(text);
      this.#check(record, index);
      return record;
    } catch (error) {
      if (!isFault(error, 'EJS002', 'FPL016', 'EJS001')) throw error;
      this.#tell(index, error.problem);
      return undefined;
    }
  }

  #check(record: BsonDocument, index: string): void {
    for (const path of this.#options.required ?? []) {
      if (fieldAt(record, path) === undefined) throw fault('FPL016', { what: `'${path}' is missing` });
    }
    if (this.#index((path) => fieldAt(record, path)) !== index) {
      throw fault('FPL016', { what: 'it belongs under another index' });
    }
  }

  #tell(index: string, because: Problem): void {
    if (this.#told.has(index)) return;
    this.#told.add(index);
    const what = `the record '${this.#options.backend.placeOf(index)}' cannot be read: ${because.what}`;
    this.#options.onProblem(problem('FPL001', { what }));
  }

  /** Writes a record in one step, replacing one of the same key; returns its index. How durable it is says the backend. Throws FPL016, EJS001, SYS004. */
  async write(record: BsonDocument): Promise<string> {
    for (const path of this.#options.required ?? []) {
      if (fieldAt(record, path) === undefined) {
        throw fault('FPL016', { what: `a record of '${this.#options.name}' needs '${path}'` });
      }
    }
    const index = this.#index((path) => fieldAt(record, path));
    await this.#options.backend.write(index, printExtendedJson(record));
    this.#told.delete(index);
    return index;
  }

  /** False when there is none. */
  async remove(index: string): Promise<boolean> {
    return await this.#options.backend.remove(index);
  }

  /** Indexes of all records, readable or not, sorted. */
  indexes(): Iterable<string> {
    return this.#options.backend.indexes();
  }

  /** All records that can be read. */
  *records(): Generator<{ readonly index: string; readonly record: BsonDocument }> {
    for (const index of this.indexes()) {
      const record = this.read(index);
      if (record) yield { index, record };
    }
  }

  placeOf(index: string): string {
    return this.#options.backend.placeOf(index);
  }
}
