import type { SQLInputValue } from 'node:sqlite';

/** A prepared statement whose rows have the shape that its SQL gives them. */
export interface SqlStatement<Row> {
  get(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): Row[];
  /** Number of rows changed, and the id of the last row inserted. */
  run(...values: SQLInputValue[]): { readonly changes: number; readonly lastId: number };
}

/** What rows that run ahead need of a connection. */
export interface Transactions {
  /** No other process writes the same rows meanwhile. */
  readonly isAlone: boolean;
  readonly isOpenTransaction: boolean;
  /** False once it cannot be told whether what was written is on disk, and when it is closed. */
  readonly mayWrite: boolean;
  prepare<Row = unknown>(sql: string): SqlStatement<Row>;
  prepareApart<Row = unknown>(sql: string): SqlStatement<Row>;
  /** Keeps the open transaction from being committed, also where its work catches what went wrong. */
  mustFail(error: unknown): void;
  transaction<T>(work: () => T): T;
  transactionAhead<T>(work: () => T): T;
}
