import type { SQLInputValue } from 'node:sqlite';
import { isFault } from '../diagnostics/index.ts';
import { systemClock } from '../host/index.ts';
import type { SqlConnection, SqlStatement } from './sql-connection.ts';

/** A row as it will stand in its table, and what is known of it meanwhile. */
interface Ahead<Known> {
  readonly known: Known;
  readonly values: readonly SQLInputValue[];
}

export interface HowToSave {
  /** Statement that writes a row so that it stands as it is known here, whatever stood there. */
  readonly save: string;
  /** Whether `get` finds rows also once they are written, as they were put; nothing else may change them then. */
  readonly isKept?: boolean;
}

/** How many rows one statement writes. */
const atOnce = 16;

/** How many written rows of a table are kept at hand. */
const mostNoted = 25_000;

/** How long rows may run ahead, in milliseconds. */
const longestMs = 100;

/** More rows than this are written to their tables together with the transaction that they come from. */
const most = 2000;

/**
 * Rows that are committed in short in the table `rows_ahead` and are in memory, but not in their own tables yet. A job
 * moves several times in a moment, and each move dirties pages all over the file; written later, and once, they cost a
 * fraction. Whoever reads tables through this connection finds them written: every statement that is not declared to
 * be `apart` writes them first. A process that died left them in `rows_ahead`, from which the next one writes them.
 */
export class RowsAhead {
  readonly #connection: SqlConnection;
  readonly #tables: TableAhead<unknown, unknown>[] = [];
  readonly #byName = new Map<string, TableAhead<unknown, unknown>>();
  readonly #ids: RowIds[] = [];
  readonly #noted: Noted<unknown, unknown>[] = [];
  #version: SqlStatement<{ data_version: number }> | undefined;
  #seen: number | undefined;
  #insert: SqlStatement<never> | undefined;
  #clear: SqlStatement<never> | undefined;
  /** Whether the transaction that is open wrote all rows, so that those of before are to be forgotten when it stands. */
  #wrote = false;
  #soon: AbortController | undefined;
  #isWriting = false;

  constructor(connection: SqlConnection) {
    this.#connection = connection;
  }

  /** A table whose rows may run ahead. */
  table<Key, Known>(name: string, how: HowToSave): TableAhead<Key, Known> {
    const table = new TableAhead<Key, Known>(this.#connection, name, how);
    this.#tables.push(table as TableAhead<unknown, unknown>);
    this.#byName.set(name, table as TableAhead<unknown, unknown>);
    return table;
  }

  /** A place for what was read, or is being written, and never changes; what an undone transaction wrote is not kept. */
  noted<Key, Known>(): Noted<Key, Known> {
    const noted = new Noted<Key, Known>();
    this.#noted.push(noted as Noted<unknown, unknown>);
    return noted;
  }

  /** Ids for new rows of a table that counts them for ever. */
  ids(table: string): RowIds {
    const ids = new RowIds(this.#connection, table);
    this.#ids.push(ids);
    return ids;
  }

  /** To be called when a transaction has begun: another connection may have written meanwhile. */
  begun(): void {
    this.#version ??= this.#connection.prepareApart('PRAGMA data_version');
    const version = this.#version.get()?.data_version;
    if (version === this.#seen) return;
    this.#seen = version;
    for (const ids of this.#ids) ids.forget();
    for (const table of this.#tables) table.forget();
  }

  /** Writes what a process before left; within a transaction. */
  takeUp(): void {
    const left = this.#connection
      .prepareApart<{ rows: string }>('SELECT rows FROM rows_ahead ORDER BY id')
      .all();
    for (const { rows } of left)
      for (const [name, saved] of Object.entries(JSON.parse(rows) as Record<string, SQLInputValue[][]>))
        this.#byName.get(name)?.save(saved);
    if (left.length > 0) this.#forget();
  }

  get isEmpty(): boolean {
    return this.#tables.every(({ size }) => size === 0);
  }

  /** Writes all rows to their tables, in the open transaction or one of its own. */
  write(): void {
    if (this.#isWriting || this.isEmpty) return;
    if (!this.#connection.isOpenTransaction) {
      this.#connection.transactionAhead(() => this.write());
      return;
    }
    this.#isWriting = true;
    try {
      for (const table of this.#tables) table.write();
      if (!this.#wrote) this.#forget();
      this.#wrote = true;
    } finally {
      this.#isWriting = false;
    }
  }

  /** To be called before a transaction is committed: what it put ahead becomes part of it. */
  beforeCommit(): void {
    const fresh = this.#tables.filter(({ fresh }) => fresh.size > 0);
    if (fresh.length === 0) return;
    if (this.#tables.reduce((sum, { size }) => sum + size, 0) > most) return this.write();
    const rows = Object.fromEntries(
      fresh.map(({ name, fresh: rows }) => [name, Array.from(rows.values(), ({ values }) => values)]),
    );
    this.#insert ??= this.#connection.prepareApart('INSERT INTO rows_ahead (rows) VALUES (?)');
    this.#insert.run(JSON.stringify(rows));
  }

  committed(): void {
    this.#wrote = false;
    for (const table of this.#tables) table.committed();
    if (this.#soon !== undefined || this.isEmpty) return;
    this.#soon = new AbortController();
    void this.#writeLater(this.#soon.signal);
  }

  /** Writes nothing by itself any more. */
  close(): void {
    this.#soon?.abort();
  }

  /** Whoever reads the file with a connection of its own sees a move late, but not much. */
  async #writeLater(signal: AbortSignal): Promise<void> {
    await systemClock.sleep(longestMs, signal);
    this.#soon = undefined;
    if (signal.aborted || !this.#connection.mayWrite) return;
    try {
      this.write();
    } catch (error) {
      // a full disk: tried again with the next move, and told to whoever reads or writes
      if (!isFault(error)) throw error;
    }
  }

  rolledBack(): void {
    this.#wrote = false;
    for (const table of this.#tables) table.rolledBack();
    for (const noted of this.#noted) noted.clear();
  }

  #forget(): void {
    this.#clear ??= this.#connection.prepareApart('DELETE FROM rows_ahead');
    this.#clear.run();
  }
}

/** What is known without asking; all of it is forgotten when it gets too much. */
export class Noted<Key, Known> {
  readonly #all = new Map<Key, Known>();

  get(key: Key): Known | undefined {
    return this.#all.get(key);
  }

  /** Keeps and returns it. */
  note(key: Key, known: Known): Known {
    if (this.#all.size >= mostNoted) this.#all.clear();
    this.#all.set(key, known);
    return known;
  }

  drop(key: Key): void {
    this.#all.delete(key);
  }

  clear(): void {
    this.#all.clear();
  }
}

/** The rows of one table that run ahead of it, by their keys. */
export class TableAhead<Key, Known> {
  readonly name: string;
  readonly #connection: SqlConnection;
  readonly #sql: string;
  readonly #isKept: boolean;
  #save: SqlStatement<never> | undefined;
  /** For many rows in one go, where the statement has a list of values. */
  #saveMany: SqlStatement<never> | undefined;
  /** Rows that stand in the table as they are known here; only what is put here may change them. */
  readonly #standing = new Noted<Key, Known>();
  /** Of the transaction that is open. */
  fresh = new Map<Key, Ahead<Known>>();
  /** Of those before. */
  #settled = new Map<Key, Ahead<Known>>();
  /** What the open transaction wrote, in case it is undone. */
  #written: Map<Key, Ahead<Known>> | undefined;

  constructor(connection: SqlConnection, name: string, how: HowToSave) {
    this.#connection = connection;
    this.name = name;
    this.#sql = how.save;
    this.#isKept = how.isKept ?? false;
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
    return this.#connection.isReadOnly ? known : this.#standing.note(key, known);
  }

  /** To be called when rows were changed by a statement. */
  forget(): void {
    this.#standing.clear();
  }

  /** Puts a row, in the open transaction or one of its own. `values` are those of the statement that saves it. */
  put(key: Key, known: Known, values: readonly SQLInputValue[]): void {
    if (this.#connection.isOpenTransaction) {
      this.fresh.set(key, { known, values });
      this.#standing.drop(key);
    } else this.#connection.transaction(() => this.put(key, known, values));
  }

  save(rows: readonly (readonly SQLInputValue[])[]): void {
    this.#save ??= this.#connection.prepareApart(this.#sql);
    let at = 0;
    const list = /VALUES (\([^)]*\))/.exec(this.#sql)?.[1];
    if (list !== undefined && rows.length >= atOnce) {
      this.#saveMany ??= this.#connection.prepareApart(
        this.#sql.replace(list, Array.from({ length: atOnce }, () => list).join()),
      );
      for (; at + atOnce <= rows.length; at += atOnce)
        this.#saveMany.run(...rows.slice(at, at + atOnce).flat());
    }
    for (const values of rows.slice(at)) this.#save.run(...values);
  }

  write(): void {
    if (this.size === 0) return;
    const rows: (readonly SQLInputValue[])[] = [];
    const take = (key: Key, { known, values }: Ahead<Known>): void => {
      rows.push(values);
      if (this.#isKept) this.note(key, known);
    };
    for (const [key, row] of this.#settled) if (!this.fresh.has(key)) take(key, row);
    for (const [key, row] of this.fresh) take(key, row);
    this.save(rows);
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

/** Counts the ids of a table's new rows, as `AUTOINCREMENT` does; those of a transaction that is undone are left out. */
export class RowIds {
  readonly #connection: SqlConnection;
  readonly #table: string;
  #query: SqlStatement<{ seq: number }> | undefined;
  #last: number | undefined;

  constructor(connection: SqlConnection, table: string) {
    this.#connection = connection;
    this.#table = table;
  }

  next(): number {
    this.#last = (this.#last ?? this.#lastWritten()) + 1;
    return this.#last;
  }

  forget(): void {
    this.#last = undefined;
  }

  #lastWritten(): number {
    this.#query ??= this.#connection.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?');
    return this.#query.get(this.#table)?.seq ?? 0;
  }
}
