import { fault } from '../diagnostics/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';

/** An object of JSON in a line of a corpus, of which fields are taken by name and kind. Each of them throws MPY406. */
export class CorpusRow {
  readonly #fields: Readonly<Record<string, unknown>>;

  private constructor(fields: Readonly<Record<string, unknown>>) {
    this.#fields = fields;
  }

  /** Throws MPY406 for what is no object. */
  static of(value: unknown): CorpusRow {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refusal('it is no object');
    return new CorpusRow(value as Readonly<Record<string, unknown>>);
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  text(name: string): string {
    const value = this.#fields[name];
    if (typeof value !== 'string') throw refusal(`'${name}' is no text`);
    return value;
  }

  /** A whole number that is not negative; 0 where there is none. */
  count(name: string): number {
    const value = this.#fields[name] ?? 0;
    if (!Number.isSafeInteger(value) || Number(value) < 0) throw refusal(`'${name}' is no count`);
    return Number(value);
  }

  /** A number from 0 to 1. */
  share(name: string): number {
    const value = this.#fields[name];
    if (typeof value !== 'number' || !(value >= 0 && value <= 1)) throw refusal(`'${name}' is no share`);
    return value;
  }

  /** A whole number of 64 bits, which stands as a number or, when it is large, as a text. */
  id(name: string): bigint {
    const value = this.#fields[name];
    const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
    if (typeof text !== 'string' || !/^-?\d{1,20}$/u.test(text)) throw refusal(`'${name}' is no id`);
    return BigInt(text);
  }

  /** A dotted path: a text, or `{"Hash", "Parts"}` as the original writes it. */
  path(name: string): string {
    const value = this.#fields[name];
    if (typeof value === 'string') return checkedPath(value, name);
    const parts: unknown = CorpusRow.#maybe(value)?.['Parts'];
    if (!Array.isArray(parts)) throw refusal(`'${name}' is no path`);
    return checkedPath(parts.join('.'), name);
  }

  row(name: string): CorpusRow {
    const value = CorpusRow.#maybe(this.#fields[name]);
    if (value === undefined) throw refusal(`'${name}' is no object`);
    return new CorpusRow(value);
  }

  /** Objects of a list; none where there is no list. */
  rows(name: string): readonly CorpusRow[] {
    return this.list(name).map(CorpusRow.of);
  }

  list(name: string): readonly unknown[] {
    const value = this.#fields[name] ?? [];
    if (!Array.isArray(value)) throw refusal(`'${name}' is no list`);
    return value;
  }

  texts(name: string): readonly string[] {
    return this.list(name).map((one) => {
      if (typeof one !== 'string') throw refusal(`'${name}' has what is no text`);
      return one;
    });
  }

  /** Names of an object's fields in the order of their letters; none where there is no object. */
  names(name: string): readonly string[] {
    return this.has(name) ? Object.keys(this.row(name).#fields).sort() : [];
  }

  /** A table of counts; empty where there is none. */
  counts(name: string): ReadonlyMap<string, number> {
    const table = this.has(name) ? this.row(name) : undefined;
    return new Map(this.names(name).map((key) => [key, table?.count(key) ?? 0]));
  }

  distribution(name: string): PythonDistribution | undefined {
    if (!this.has(name)) return undefined;
    const row = this.row(name);
    return { name: row.text('Name'), version: row.text('Version') };
  }

  static #maybe(value: unknown): Readonly<Record<string, unknown>> | undefined {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  }
}

function checkedPath(path: string, name: string): string {
  if (path === '' || path.split('.').includes('')) throw refusal(`'${name}' is no path`);
  return path;
}

const refusal = (what: string): Error => fault('MPY406', { what });
