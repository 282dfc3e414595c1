import type { SQLInputValue } from 'node:sqlite';
import { Noted } from './noted.ts';
import { RowWriter } from './row-writer.ts';
import type { Transactions } from './sql-statement.ts';

/** A row as it will stand in its table, and what is known of it meanwhile. */
interface Ahead<Known> {
  readonly known: Known;
  readonly values: readonly SQLInputValue[];
}

/** What a column takes; with a mark, it may also be NULL. */
type ColumnKind = `${'text' | 'integer' | 'real'}${'' | '?'}`;

export interface HowToSave {
  /** Statement that writes a row so that it stands as it is known here, whatever stood there. */
  readonly save: string;
  /** Of the statement's values, in their order. */
  readonly kinds: readonly ColumnKind[];
  /** Whether `get` finds rows also once they are written, as they were put; nothing else may change them then. */
  readonly isKept?: boolean;
}

/** The rows of one table that run ahead of it, by their keys. */
export class TableAhead<Key, Known> {
  readonly name: string;
  readonly #connection: Transactions;
  readonly #writer: RowWriter;
  readonly #kinds: readonly ColumnKind[];
  /** Whether a value is one that its column takes, column by column. */
  readonly #checks: readonly ((value: SQLInputValue | undefined) => boolean)[];
  readonly #isKept: boolean;
  /** Rows that stand in the table as they are known here; only what is put here may change them. */
  readonly #standing: Noted<Key, Known>;
  /** Of the transaction that is open. */
  fresh = new Map<Key, Ahead<Known>>();
  /** Of those before. */
  #settled = new Map<Key, Ahead<Known>>();
  /** What the open transaction wrote, in case it is undone. */
  #written: Map<Key, Ahead<Known>> | undefined;

  /** `forgetAll` calls `forget` of all tables: a row of which two know a part each is not known by one of them alone. */
  constructor(connection: Transactions, name: string, how: HowToSave & { readonly forgetAll: () => void }) {
    this.#connection = connection;
    this.name = name;
    this.#writer = new RowWriter((sql) => connection.prepareApart(sql), how.save);
    this.#kinds = how.kinds;
    this.#checks = how.kinds.map((kind) => checks[kind]);
    this.#isKept = how.isKept ?? false;
    this.#standing = new Noted(how.forgetAll);
  }

  get size(): number {
    return this.#settled.size + this.fresh.size;
  }

  /** What is known of a row that runs ahead, or was noted. */
  get(key: Key): Known | undefined {
    return (this.fresh.get(key) ?? this.#settled.get(key))?.known ?? this.#standing.get(key);
  }

  /** Keeps what was read of a row, to be found by `get` until `forget`; not where somebody else writes. */
  note(key: Key, known: Known): Known {
    return this.#connection.isAlone ? this.#standing.note(key, known) : known;
  }

  /** To be called when rows were changed by a statement. */
  forget(): void {
    this.#standing.clear();
  }

  /**
   * Puts a row, in the open transaction or one of its own. `values` are those of the statement that saves it. Throws for one
   * that the table would refuse: that would otherwise stand in the way of all others, and for ever.
   */
  put(key: Key, known: Known, values: readonly SQLInputValue[]): void {
    this.#mustFit(values);
    if (this.#connection.isOpenTransaction) {
      this.fresh.set(key, { known, values });
      this.#standing.drop(key);
    } else this.#connection.transaction(() => this.put(key, known, values));
  }

  #mustFit(values: readonly SQLInputValue[]): void {
    const { length } = this.#checks;
    for (let at = 0; at < length; at += 1) {
      if (this.#checks[at]?.(values[at])) continue;
      throw new TypeError(`value ${at + 1} of a row of '${this.name}' is not ${this.#kinds[at]}`);
    }
  }

  save(rows: readonly (readonly SQLInputValue[])[]): void {
    this.#writer.write(rows);
  }

  write(): void {
    if (this.size === 0) return;
    const rows: [Key, readonly SQLInputValue[]][] = [];
    const take = (key: Key, { known, values }: Ahead<Known>): void => {
      rows.push([key, values]);
      if (this.#isKept) this.note(key, known);
    };
    for (const [key, row] of this.#settled) if (!this.fresh.has(key)) take(key, row);
    for (const [key, row] of this.fresh) take(key, row);
    // neighbours come one after the other: fewer pages are looked for, and each is changed once
    rows.sort(([one], [other]) => (one < other ? -1 : 1));
    this.save(rows.map(([, values]) => values));
    this.#written ??= this.#settled;
    this.#settled = new Map();
    this.fresh = new Map();
  }

  committed(): void {
    this.#written = undefined;
    if (this.fresh.size === 0) return;
    if (this.#settled.size === 0) this.#settled = this.fresh;
    else for (const [key, row] of this.fresh) this.#settled.set(key, row);
    this.fresh = new Map();
  }

  rolledBack(): void {
    this.#settled = this.#written ?? this.#settled;
    this.#written = undefined;
    this.forget();
    if (this.fresh.size > 0) this.fresh = new Map();
  }
}

const isText = (value: unknown): boolean => typeof value === 'string';

const checks: Readonly<Record<ColumnKind, (value: SQLInputValue | undefined) => boolean>> = {
  text: isText,
  'text?': (value) => value === null || isText(value),
  integer: Number.isSafeInteger,
  'integer?': (value) => value === null || Number.isSafeInteger(value),
  real: Number.isFinite,
  'real?': (value) => value === null || Number.isFinite(value),
};
