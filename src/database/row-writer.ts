import type { SQLInputValue } from 'node:sqlite';
import type { SqlStatement } from './sql-statement.ts';

/** How many rows one statement writes. */
const atOnce = 16;

/** Writes rows with a statement, many in one go where it has a list of values: each run of one costs as much as a row. */
export class RowWriter {
  readonly #prepare: (sql: string) => SqlStatement<never>;
  readonly #sql: string;
  /** The statement's list of values. */
  readonly #list: string | undefined;
  #one: SqlStatement<never> | undefined;
  #many: SqlStatement<never> | undefined;

  constructor(prepare: (sql: string) => SqlStatement<never>, sql: string) {
    this.#prepare = prepare;
    this.#sql = sql;
    this.#list = /VALUES (\([^)]*\))/.exec(sql)?.[1];
  }

  /** Writes rows of as many values as the statement takes. */
  write(rows: readonly (readonly SQLInputValue[])[]): void {
    let at = 0;
    if (this.#list !== undefined && rows.length >= atOnce) {
      const many = Array.from({ length: atOnce }, () => this.#list).join();
      this.#many ??= this.#prepare(this.#sql.replace(this.#list, many));
      const values: SQLInputValue[] = [];
      for (; at + atOnce <= rows.length; at += atOnce) {
        values.length = 0;
        for (let row = at; row < at + atOnce; row += 1) values.push(...(rows[row] ?? []));
        this.#many.run(...values);
      }
    }
    if (at === rows.length) return;
    this.#one ??= this.#prepare(this.#sql);
    for (; at < rows.length; at += 1) this.#one.run(...(rows[at] ?? []));
  }
}
