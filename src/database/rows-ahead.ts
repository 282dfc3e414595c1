import type { SQLInputValue } from 'node:sqlite';
import { isFault } from '../diagnostics/index.ts';
import { systemClock } from '../host/index.ts';
import { Noted } from './noted.ts';
import { RowIds } from './row-ids.ts';
import type { SqlStatement, Transactions } from './sql-statement.ts';
import { type HowToSave, TableAhead } from './table-ahead.ts';

/** How long rows may run ahead, in milliseconds. */
const longestMs = 100;

/** More rows than this are written to their tables together with the transaction that they come from. */
const most = 8000;

/**
 * Rows that are committed in short in the table `rows_ahead` and are in memory, but not in their own tables yet. A job
 * moves several times in a moment, and each move dirties pages all over the file; written later, and once, they cost a
 * fraction. Whoever reads tables through this connection finds them written: every statement that was not prepared as
 * one apart (`prepareApart`) writes them first. A process that died left them in `rows_ahead`, from which the next one writes them.
 */
export class RowsAhead {
  readonly #connection: Transactions;
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

  constructor(connection: Transactions) {
    this.#connection = connection;
  }

  /** A table whose rows may run ahead. */
  table<Key, Known>(name: string, how: HowToSave): TableAhead<Key, Known> {
    const forgetAll = (): void => this.#forgetStanding();
    const table = new TableAhead<Key, Known>(this.#connection, name, { ...how, forgetAll });
    this.#tables.push(table as TableAhead<unknown, unknown>);
    this.#byName.set(name, table as TableAhead<unknown, unknown>);
    return table;
  }

  /**
   * A place for what was read, or is being written, and is changed through this connection alone, by those who note it; what
   * an undone transaction wrote is not kept.
   */
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
    for (const noted of this.#noted) noted.clear();
    this.#forgetStanding();
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
    if (this.isEmpty) return;
    if (!this.#connection.isOpenTransaction) {
      this.#connection.transactionAhead(() => this.write());
      return;
    }
    try {
      for (const table of this.#tables) table.write();
    } catch (error) {
      this.#connection.mustFail(error);
      throw error;
    }
    // what stands there is another one's, where there may be one
    if (!this.#wrote && this.#connection.isAlone) this.#forget();
    this.#wrote = true;
  }

  /** To be called before a transaction is committed: what it put ahead becomes part of it. */
  beforeCommit(): void {
    const fresh = this.#tables.filter(({ fresh }) => fresh.size > 0);
    if (fresh.length === 0) return;
    const count = this.#tables.reduce((sum, { size }) => sum + size, 0);
    if (count > most || !this.#connection.isAlone) {
      this.write();
      return;
    }
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

  #forgetStanding(): void {
    for (const table of this.#tables) table.forget();
  }

  #forget(): void {
    this.#clear ??= this.#connection.prepareApart('DELETE FROM rows_ahead');
    this.#clear.run();
  }
}
