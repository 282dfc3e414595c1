import type { SqlStatement, Transactions } from './sql-statement.ts';

/** Counts the ids of a table's new rows, as `AUTOINCREMENT` does; those of a transaction that is undone are left out. */
export class RowIds {
  readonly #connection: Transactions;
  readonly #table: string;
  #query: SqlStatement<{ seq: number }> | undefined;
  #last: number | undefined;

  constructor(connection: Transactions, table: string) {
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
